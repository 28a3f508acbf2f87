{#- Grain: one raw row of ops that could not be used. -#}
{{ quarantined_rows_of('ops', [
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
