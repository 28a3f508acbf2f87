{#- Grain: one posted line of one accounting book. -#}
{{ union_feeds('journal_lines') }}
