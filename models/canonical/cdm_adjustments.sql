{#- Grain: one write-off, debit memo or credit-balance movement. -#}
{{ union_feeds('adjustments') }}
