{#- Grain: one try to collect through a processor. -#}
{{ union_feeds('payment_attempts') }}
