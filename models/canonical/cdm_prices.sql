{#- Grain: one price (rate) of one product. -#}
{{ union_feeds('prices') }}
