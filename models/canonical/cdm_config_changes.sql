{#- Grain: one change of one setting of a source system. -#}
{{ union_feeds('config_changes') }}
