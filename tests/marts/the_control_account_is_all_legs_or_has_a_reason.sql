{{ config(group='marts') }}
-- Law (scope of R08b): all that the books have on the receivables account is a leg or stands out of
-- scope with a reason, to the minor unit of the functional currency; and so is every document that a
-- customer's account is made of.
with

legs as (

    select * from {{ ref('int_recon_legs') }} where pair_id = 'R08b'

),

booked as (

    select
        journal_lines.functional_currency,
        {{ sum_amount('journal_lines.line_amount_functional') }} as amount

    from {{ ref('fct_journal_lines') }} as journal_lines

    inner join {{ ref('dim_accounts') }} as ledger_accounts
        on journal_lines.source_system = ledger_accounts.source_system
        and journal_lines.source_account = ledger_accounts.source_account
        and journal_lines.account_code = ledger_accounts.account_code

    where
        ledger_accounts.account_role = 'receivables'
        and journal_lines.is_posting
        and journal_lines.is_primary_book

    group by journal_lines.functional_currency

),

controlled as (

    select
        functional_currency,
        {{ sum_amount('signed_amount_functional') }} as amount

    from legs

    where side = 'R'

    group by functional_currency

),

documents as (

    select ledger_document_key as source_key
    from {{ ref('fct_ledger_documents') }}
    where document_kind in ('invoice', 'debit_memo', 'credit_memo', 'receipt', 'refund')

)

select
    coalesce(booked.functional_currency, controlled.functional_currency) as subject,
    booked.amount as expected_amount,
    controlled.amount as found_amount

from booked

full outer join controlled
    on booked.functional_currency = controlled.functional_currency

where coalesce(booked.amount, 0) <> coalesce(controlled.amount, 0)

union all

select
    documents.source_key as subject,
    cast(null as decimal(38, 4)) as expected_amount,
    cast(null as decimal(38, 4)) as found_amount

from documents

left join legs
    on documents.source_key = legs.source_key
    and legs.side = 'L'

where legs.leg_key is null
