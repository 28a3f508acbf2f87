{#- Grain: one quantity of usage with the amount it was rated at. -#}
{{ union_feeds('rated_usage') }}
