{{ config(group='ingestion') }}
-- Law: what staging accepted of bank and a mapping takes is in that mapping, once, with its amount.
{{ accepted_rows_arrive('bank', [
    'statement', 'entry',
]) }}
