{#- Grain: one dispute of one payment or document. -#}
{{ union_feeds('disputes') }}
