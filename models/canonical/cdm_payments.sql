{#- Grain: one payment, with or without a processor. -#}
{{ union_feeds('payments') }}
