{#- Grain: one payout of a processor to a bank account. -#}
{{ union_feeds('payouts') }}
