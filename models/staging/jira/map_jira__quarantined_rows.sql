{#- Grain: one raw row of jira that could not be used. -#}
{{ quarantined_rows_of('jira', [
    'issue',
    'issue_type',
    'status',
    'priority',
    'resolution',
    'field',
    'field_option',
    'issue_field_history',
    'issue_link'
]) }}
