{#- Grain: one change of state or movement of money in one dispute. -#}
{{ union_feeds('dispute_events') }}
