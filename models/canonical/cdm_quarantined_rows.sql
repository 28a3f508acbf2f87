{#- Grain: one raw row that could not be used, with its reason. -#}
{{ union_feeds('quarantined_rows') }}
