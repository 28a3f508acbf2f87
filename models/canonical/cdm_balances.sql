{#- Grain: one balance of a ledger, processor or bank account at one date. -#}
{{ union_feeds('balances') }}
