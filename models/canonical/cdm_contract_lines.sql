{#- Grain: one line of one contract. -#}
{{ union_feeds('contract_lines') }}
