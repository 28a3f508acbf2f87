{#- Grain: one charge of one subscription. -#}
{{ union_feeds('subscription_items') }}
