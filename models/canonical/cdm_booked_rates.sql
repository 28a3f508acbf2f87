{#- Grain: one exchange rate as the ERP booked it. -#}
{{ union_feeds('booked_rates') }}
