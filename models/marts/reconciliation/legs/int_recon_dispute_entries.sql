{#- Grain: one movement of disputed money, as the processor or as the ledger tells it. No journal
    names its dispute: amount and day do, the first with the first. -#}
with

payout_lines as (

    select * from {{ ref('fct_payout_lines') }}
    where line_kind in ('dispute', 'dispute_reversal')

),

disputes as (

    select * from {{ ref('fct_disputes') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'journal'

),

journal_lines as (

    select * from {{ ref('fct_journal_lines') }} where is_posting and is_primary_book

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

journals as (

    select
        journal_lines.ledger_document_key,
        journal_lines.currency,
        max(case when accounts.account_role = 'processor_clearing' then journal_lines.posted_on end)
            as posted_on,
        max(journal_lines.period_month) as period_month,
        {{ sum_amount(
            "case when accounts.account_role = 'processor_clearing'"
            " then journal_lines.line_amount end"
        ) }} as moved_amount,
        {{ sum_amount(
            "case when accounts.account_role = 'processor_clearing'"
            " then journal_lines.line_amount_functional end"
        ) }} as moved_amount_functional

    from journal_lines

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code

    where accounts.account_role in ('processor_clearing', 'disputed_funds')

    group by journal_lines.ledger_document_key, journal_lines.currency

    having count(distinct accounts.account_role) = 2

),

told as (

    select
        'processor' as told_by,
        payout_lines.payout_line_key as source_key,
        coalesce(disputes.source_dispute_id, payout_lines.source_object_id) as document_number,
        payout_lines.legal_entity_code,
        disputes.customer_key,
        coalesce(disputes.currency, payout_lines.currency) as currency,
        payout_lines.functional_currency,
        -- Settled in another currency than disputed: the dispute says what of it.
        case
            when coalesce(disputes.currency, payout_lines.currency) = payout_lines.currency
                then payout_lines.gross_amount
            when payout_lines.gross_amount < 0 then -disputes.disputed_amount
            else disputes.disputed_amount
        end as moved_amount,
        payout_lines.gross_amount_functional as moved_amount_functional,
        payout_lines.currency as settled_currency,
        payout_lines.gross_amount as settled_amount,
        payout_lines.created_on as moved_on,
        payout_lines.period_month,
        payout_lines.recorded_at

    from payout_lines

    left join disputes
        on payout_lines.dispute_key = disputes.dispute_key

    union all

    select
        'ledger' as told_by,
        journals.ledger_document_key as source_key,
        ledger_documents.document_number,
        ledger_documents.legal_entity_code,
        ledger_documents.customer_key,
        journals.currency,
        ledger_documents.functional_currency,
        journals.moved_amount,
        journals.moved_amount_functional,
        journals.currency as settled_currency,
        journals.moved_amount as settled_amount,
        journals.posted_on as moved_on,
        journals.period_month,
        ledger_documents.recorded_at

    from journals

    inner join ledger_documents
        on journals.ledger_document_key = ledger_documents.ledger_document_key

),

numbered as (

    select
        told.*,
        'disputed ' || cast(cast(moved_amount as decimal(18, 4)) as {{ dbt.type_string() }}) || ' '
        || cast(moved_on as {{ dbt.type_string() }}) || ' '
        || cast(row_number() over (
            partition by told_by, legal_entity_code, currency, moved_amount, moved_on
            order by document_number
        ) as {{ dbt.type_string() }}) as clear_key

    from told

),

paired as (

    select
        numbered.*,
        numbered.currency = numbered.settled_currency or counterparts.source_key is not null
            as is_told_as_disputed

    from numbered

    left join numbered as counterparts
        on numbered.clear_key = counterparts.clear_key
        and numbered.legal_entity_code = counterparts.legal_entity_code
        and numbered.currency = counterparts.currency
        and numbered.told_by <> counterparts.told_by

)

-- What nobody else tells is told in the currency in which the processor moved it.
select
    -- keys
    told_by,
    source_key,
    document_number,
    legal_entity_code,
    customer_key,
    clear_key,

    -- attributes
    case when is_told_as_disputed then currency else settled_currency end as currency,
    functional_currency,

    -- measures
    cast(case when is_told_as_disputed then moved_amount else settled_amount end as decimal(18, 4))
        as moved_amount,
    cast(moved_amount_functional as decimal(18, 4)) as moved_amount_functional,

    -- times
    moved_on,
    period_month,
    recorded_at

from paired
