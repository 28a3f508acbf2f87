{#- Grain: one count of bank rows by table, stage, disposition, amount column and currency. -#}
{{ raw_counts_of('bank', [
    'statement',
    'entry'
]) }}
