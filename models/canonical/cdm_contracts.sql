{#- Grain: one contract or order of the selling system. -#}
{{ union_feeds('contracts') }}
