{#- Grain: one count of raw rows by disposition, amount column and currency. -#}
{{ union_feeds('raw_counts') }}
