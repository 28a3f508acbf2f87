{#- Grain: one raw row of netsuite that could not be used. -#}
{{ quarantined_rows_of('netsuite', [
    'account',
    'accounting_book',
    'accounting_period',
    'consolidated_exchange_rate',
    'currency',
    'customer',
    'subsidiary',
    'previous_transaction_line_link',
    'transaction',
    'transaction_line',
    'transaction_accounting_line'
]) }}
