{#- Grain: one approval asked for one object. -#}
{{ union_feeds('approvals') }}
