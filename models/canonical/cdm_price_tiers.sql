{#- Grain: one tier of one price. -#}
{{ union_feeds('price_tiers') }}
