{#- Grain: one open item or balance at cut-over. -#}
{{ union_feeds('opening_positions') }}
