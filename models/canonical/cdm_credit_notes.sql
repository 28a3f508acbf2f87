{#- Grain: one credit note (credit memo) of one billing system. -#}
{{ union_feeds('credit_notes') }}
