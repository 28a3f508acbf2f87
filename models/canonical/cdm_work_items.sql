{#- Grain: one ticket, incident or change. -#}
{{ union_feeds('work_items') }}
