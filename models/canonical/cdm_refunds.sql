{#- Grain: one refund of one payment. -#}
{{ union_feeds('refunds') }}
