{#- Grain: one count of jira rows by table, stage, disposition, amount column and currency. -#}
{{ raw_counts_of('jira', [
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
