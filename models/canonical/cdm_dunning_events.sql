{#- Grain: one step of dunning on one invoice. -#}
{{ union_feeds('dunning_events') }}
