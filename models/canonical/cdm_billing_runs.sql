{#- Grain: one billing run of one legal entity. -#}
{{ union_feeds('billing_runs') }}
