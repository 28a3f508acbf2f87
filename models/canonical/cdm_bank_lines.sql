{#- Grain: one entry of one bank statement. -#}
{{ union_feeds('bank_lines') }}
