{#- Grain: one count of netsuite rows by table, stage, disposition, amount column and currency. -#}
{{ raw_counts_of('netsuite', [
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
