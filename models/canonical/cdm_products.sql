{#- Grain: one product of one system's catalogue. -#}
{{ union_feeds('products') }}
