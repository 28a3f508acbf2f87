{#- Grain: one promise of a customer to pay. -#}
{{ union_feeds('promises_to_pay') }}
