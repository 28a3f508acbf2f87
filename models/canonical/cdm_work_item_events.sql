{#- Grain: one change of one field of a work item. -#}
{{ union_feeds('work_item_events') }}
