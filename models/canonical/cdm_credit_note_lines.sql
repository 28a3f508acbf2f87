{#- Grain: one line of one credit note. -#}
{{ union_feeds('credit_note_lines') }}
