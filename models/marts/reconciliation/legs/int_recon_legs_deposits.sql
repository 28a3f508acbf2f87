{#- Grain: one leg of R07, gross of fees. Left: what an ERP deposit takes from the clearing account,
    what it pays back into it (refunds, disputes), and its fees as a part that moves nothing. Right:
    the payout, and what the processor kept of it. -#}
with

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'deposit'

),

journal_lines as (

    select * from {{ ref('fct_journal_lines') }} where is_posting and is_primary_book

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

payouts as (

    select * from {{ ref('fct_payouts') }}

),

payout_fees as (

    select * from {{ ref('int_recon_payout_fees') }}

),

deposited as (

    select
        journal_lines.ledger_document_key,
        case
            when accounts.account_role = 'processor_fees_payable' then 'fees'
            when accounts.account_role <> 'processor_clearing' then 'other'
            when journal_lines.line_amount > 0 then 'refunds and disputes'
            else 'charges'
        end as part_name,
        max(journal_lines.posted_on) as posted_on,
        max(journal_lines.period_month) as period_month,
        {{ sum_amount('journal_lines.line_amount') }} as line_amount,
        {{ sum_amount('journal_lines.line_amount_functional') }} as line_amount_functional

    from journal_lines

    inner join ledger_documents
        on journal_lines.ledger_document_key = ledger_documents.ledger_document_key

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code

    group by 1, 2

),

booked_fees as (

    select
        ledger_documents.external_reference,
        ledger_documents.legal_entity_code,
        ledger_documents.currency,
        {{ sum_amount("case when deposited.part_name = 'fees' then deposited.line_amount end") }}
            as fee_amount

    from deposited

    inner join ledger_documents
        on deposited.ledger_document_key = ledger_documents.ledger_document_key

    group by 1, 2, 3

),

paid_out as (

    -- Where the lines of a payout did not all come and nothing says what is missing, the fees are
    -- those of the books: only its amount is compared.
    select
        payouts.*,
        case
            when payout_fees.is_known or booked_fees.external_reference is null
                then payout_fees.kept_amount
            else booked_fees.fee_amount
        end as kept_amount

    from payouts

    inner join payout_fees
        on payouts.payout_key = payout_fees.payout_key

    left join booked_fees
        on payouts.source_payout_id = booked_fees.external_reference
        and payouts.legal_entity_code = booked_fees.legal_entity_code
        and payouts.currency = booked_fees.currency

),

told as (

    select
        'L' as side,
        'deposit ' || deposited.part_name || ' ' || ledger_documents.ledger_document_key as leg_key,
        coalesce(ledger_documents.external_reference, ledger_documents.document_number)
            as clear_key,
        ledger_documents.legal_entity_code,
        'fct_ledger_documents' as source_table,
        ledger_documents.ledger_document_key as source_key,
        'deposit: ' || deposited.part_name as document_kind,
        ledger_documents.currency,
        ledger_documents.functional_currency,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason,
        case
            when deposited.part_name = 'fees' then cast(0 as decimal(38, 4))
            else -deposited.line_amount
        end as signed_amount,
        case
            when deposited.part_name = 'fees' then cast(0 as decimal(38, 4))
            else -deposited.line_amount_functional
        end as signed_amount_functional,
        case
            when deposited.part_name = 'fees' then deposited.line_amount
            else cast(0 as decimal(38, 4))
        end as part_amount,
        deposited.posted_on as occurred_on,
        deposited.period_month,
        ledger_documents.recorded_at

    from deposited

    inner join ledger_documents
        on deposited.ledger_document_key = ledger_documents.ledger_document_key

    where deposited.part_name <> 'other'

    union all

    select
        'R' as side,
        'payout ' || payout_key as leg_key,
        source_payout_id as clear_key,
        legal_entity_code,
        'fct_payouts' as source_table,
        payout_key as source_key,
        'payout' as document_kind,
        currency,
        functional_currency,
        case
            when payout_status in ('failed', 'cancelled')
                then 'the payout failed: no money reached the bank'
        end as out_of_scope_reason,
        payout_amount as signed_amount,
        payout_amount_functional as signed_amount_functional,
        cast(0 as decimal(38, 4)) as part_amount,
        arrives_on as occurred_on,
        period_month,
        recorded_at

    from paid_out

    union all

    select
        'R' as side,
        'fees of payout ' || payout_key as leg_key,
        source_payout_id as clear_key,
        legal_entity_code,
        'fct_payouts' as source_table,
        payout_key as source_key,
        'fees of the payout' as document_kind,
        currency,
        functional_currency,
        case
            when payout_status in ('failed', 'cancelled')
                then 'the payout failed: no money reached the bank'
        end as out_of_scope_reason,
        kept_amount as signed_amount,
        cast(null as decimal(18, 4)) as signed_amount_functional,
        kept_amount as part_amount,
        arrives_on as occurred_on,
        period_month,
        recorded_at

    from paid_out

    where kept_amount <> 0

)

select
    'R07' as pair_id,
    side,
    leg_key,
    clear_key,
    clear_key as natural_key,
    legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    source_table,
    source_key,
    document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    currency,
    functional_currency,
    clear_key as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    out_of_scope_reason,
    cast(signed_amount as decimal(18, 4)) as signed_amount,
    cast(signed_amount_functional as decimal(18, 4)) as signed_amount_functional,
    cast(part_amount as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    occurred_on,
    period_month,
    occurred_on as due_on,
    recorded_at

from told
