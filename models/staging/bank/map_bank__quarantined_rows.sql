{#- Grain: one raw row of bank that could not be used. -#}
{{ quarantined_rows_of('bank', [
    'statement',
    'entry'
]) }}
