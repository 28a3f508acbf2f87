{#- Grain: one line of one invoice. -#}
{{ union_feeds('invoice_lines') }}
