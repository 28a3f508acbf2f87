{#- Grain: one subscription, in its current version. -#}
{{ union_feeds('subscriptions') }}
