{#- Grain: one result of one test of the billing team. -#}
{{ union_feeds('test_results') }}
