{{ config(group='ingestion') }}
-- Law: what staging accepted of netsuite and a mapping takes is in that mapping, once, with its amount.
{{ accepted_rows_arrive('netsuite', [
    'account', 'accounting_book', 'accounting_period', 'consolidated_exchange_rate', 'currency',
    'customer', 'subsidiary', 'previous_transaction_line_link', 'transaction', 'transaction_line',
    'transaction_accounting_line',
]) }}
