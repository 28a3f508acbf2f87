{#- Grain: one change to one contract. -#}
{{ union_feeds('contract_amendments') }}
