{#- Grain: tax of one jurisdiction on one invoice or invoice line. -#}
{{ union_feeds('invoice_taxes') }}
