{#- Grain: one movement of one processor balance. -#}
{{ union_feeds('payout_lines') }}
