{#- Grain: one count of ops rows by table, stage, disposition, amount column and currency. -#}
{{ raw_counts_of('ops', [
    'billing_run',
    'integration_message',
    'usage_event',
    'rated_usage',
    'usage_manifest',
    'approval',
    'promise_to_pay',
    'dunning_event',
    'opening_position',
    'config_change',
    'processor_balance'
]) }}
