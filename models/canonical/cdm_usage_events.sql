{#- Grain: one metered event. -#}
{{ union_feeds('usage_events') }}
