{#- Grain: one posting period of one ERP entity, with its locks. -#}
{{ union_feeds('fiscal_periods') }}
