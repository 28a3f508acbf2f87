{{ config(group='marts') }}
-- Law (scope): every document of the pairs about cash is a leg or stands out of scope with a reason,
-- and the legs come to what the documents come to; without it what both sides drop would still tie.
with

bank_pairs as (

    select
        'R06' as pair_id,
        'R' as side
    union all
    select
        'R15' as pair_id,
        'R' as side
    union all
    select
        'R18' as pair_id,
        'L' as side

),

postings as (

    select
        journal_lines.ledger_document_key,
        ledger_documents.document_kind,
        ledger_accounts.account_role,
        journal_lines.currency,
        journal_lines.functional_currency,
        journal_lines.line_amount,
        journal_lines.line_amount_functional
    from {{ ref('fct_journal_lines') }} as journal_lines
    inner join {{ ref('fct_ledger_documents') }} as ledger_documents
        on journal_lines.ledger_document_key = ledger_documents.ledger_document_key
    inner join {{ ref('dim_accounts') }} as ledger_accounts
        on journal_lines.source_system = ledger_accounts.source_system
        and journal_lines.source_account = ledger_accounts.source_account
        and journal_lines.account_code = ledger_accounts.account_code
    where
        journal_lines.is_posting
        and journal_lines.is_primary_book
        and ledger_accounts.account_role in ('bank', 'processor_clearing', 'processor_fees_payable')

),

amounts as (

    select
        'R05' as pair_id,
        'L' as side,
        'fct_payout_lines' as source_table,
        currency,
        net_amount as amount
    from {{ ref('fct_payout_lines') }}
    union all
    select
        'R05' as pair_id,
        'R' as side,
        'fct_payouts' as source_table,
        currency,
        payout_amount as amount
    from {{ ref('fct_payouts') }}
    union all
    select
        'R06' as pair_id,
        'L' as side,
        'fct_payouts' as source_table,
        currency,
        payout_amount as amount
    from {{ ref('fct_payouts') }}
    union all
    select
        bank_pairs.pair_id,
        bank_pairs.side,
        'fct_bank_lines' as source_table,
        bank_lines.currency,
        bank_lines.line_amount as amount
    from {{ ref('fct_bank_lines') }} as bank_lines
    cross join bank_pairs
    union all
    select
        'R16' as pair_id,
        'L' as side,
        'fct_document_applications' as source_table,
        currency,
        applied_amount as amount
    from {{ ref('fct_document_applications') }}
    where application_kind = 'payment'
    union all
    select
        'R17' as pair_id,
        'L' as side,
        'fct_payout_lines' as source_table,
        functional_currency as currency,
        net_amount_functional as amount
    from {{ ref('fct_payout_lines') }}
    where line_kind not in ('payout', 'payout_failure') and created_on <= {{ as_of_date() }}
    union all
    select
        'R17' as pair_id,
        'R' as side,
        'fct_ledger_documents' as source_table,
        functional_currency as currency,
        line_amount_functional as amount
    from postings
    where account_role in ('processor_clearing', 'processor_fees_payable')
    union all
    select
        'R18' as pair_id,
        'R' as side,
        'fct_ledger_documents' as source_table,
        currency,
        line_amount as amount
    from postings
    where account_role = 'bank'

),

documents as (

    select
        'R04' as pair_id,
        'R' as side,
        'fct_payments' as source_table,
        payment_key as source_key
    from {{ ref('fct_payments') }}
    where processor_reference = source_payment_id
    union all
    select
        'R04' as pair_id,
        'R' as side,
        'fct_payout_lines' as source_table,
        payout_line_key as source_key
    from {{ ref('fct_payout_lines') }}
    where line_kind in ('dispute', 'dispute_reversal')
    union all
    select
        'R04' as pair_id,
        'L' as side,
        'fct_payments' as source_table,
        payment_key as source_key
    from {{ ref('fct_payments') }}
    where processor_reference is null or processor_reference <> source_payment_id
    union all
    -- On either side, or on both: a refund is somewhere.
    select
        'R04' as pair_id,
        'L or R' as side,
        'fct_refunds' as source_table,
        refund_key as source_key
    from {{ ref('fct_refunds') }}
    union all
    select
        'R07' as pair_id,
        'R' as side,
        'fct_payouts' as source_table,
        payout_key as source_key
    from {{ ref('fct_payouts') }}
    union all
    select
        'R07' as pair_id,
        'L' as side,
        'fct_ledger_documents' as source_table,
        ledger_document_key as source_key
    from postings
    where document_kind = 'deposit' and account_role <> 'bank'
    union all
    select
        'R15' as pair_id,
        'L' as side,
        'fct_ledger_documents' as source_table,
        ledger_document_key as source_key
    from {{ ref('fct_ledger_documents') }}
    where document_kind = 'receipt'
    union all
    select
        'R15' as pair_id,
        'L' as side,
        'fct_ledger_documents' as source_table,
        ledger_document_key as source_key
    from postings
    where document_kind = 'journal' and account_role = 'bank'
    union all
    select
        'R16' as pair_id,
        'R' as side,
        'fct_ledger_applications' as source_table,
        applications.ledger_application_key as source_key
    from {{ ref('fct_ledger_applications') }} as applications
    inner join {{ ref('fct_ledger_documents') }} as ledger_documents
        on applications.from_ledger_document_key = ledger_documents.ledger_document_key
    where ledger_documents.document_kind = 'receipt'

),

legs as (

    select * from {{ ref('int_recon_legs') }}

),

expected_amounts as (

    select
        pair_id,
        side,
        source_table,
        currency,
        {{ sum_amount('amount') }} as amount
    from amounts
    group by 1, 2, 3, 4

),

found_amounts as (

    select
        pair_id,
        side,
        source_table,
        currency,
        {{ sum_amount('signed_amount') }} as amount
    from legs
    group by 1, 2, 3, 4

)

select
    expected_amounts.pair_id,
    expected_amounts.side,
    expected_amounts.source_table,
    expected_amounts.currency as what,
    'amount' as law

from expected_amounts

left join found_amounts
    on expected_amounts.pair_id = found_amounts.pair_id
    and expected_amounts.side = found_amounts.side
    and expected_amounts.source_table = found_amounts.source_table
    and expected_amounts.currency = found_amounts.currency

where expected_amounts.amount <> coalesce(found_amounts.amount, 0)

union all

select
    documents.pair_id,
    documents.side,
    documents.source_table,
    documents.source_key as what,
    'document' as law

from documents

left join legs
    on documents.pair_id = legs.pair_id
    and documents.source_table = legs.source_table
    and documents.source_key = legs.source_key
    and (documents.side = legs.side or documents.side = 'L or R')

where legs.leg_key is null
