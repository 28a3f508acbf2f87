{#- Grain: one pair of customer ids with the evidence that they are one customer. -#}
{{ union_feeds('customer_links') }}
