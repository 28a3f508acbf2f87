{{ config(group='core') }}
-- Law of processors: net = gross - fee on every movement. A row that breaks it was read wrongly.
select
    source_system,
    source_account,
    source_payout_line_id,
    gross_amount,
    fee_amount,
    net_amount

from {{ ref('fct_payout_lines') }}

where gross_amount - fee_amount <> net_amount
