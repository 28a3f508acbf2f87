{#- Grain: one ledger document with what it posts to the clearing and fee accounts of the processor,
    and what it is about: a charge, refund, dispute or payout, the fees or the conversion of a day. -#}
with

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }}

),

journal_lines as (

    select * from {{ ref('fct_journal_lines') }} where is_posting and is_primary_book

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

dispute_entries as (

    select * from {{ ref('int_recon_dispute_entries') }}

),

cleared as (

    select
        journal_lines.ledger_document_key,
        max(journal_lines.posted_on) as posted_on,
        max(journal_lines.period_month) as period_month,
        {{ sum_amount('journal_lines.line_amount_functional') }} as cleared_amount,
        max(case when accounts.account_role = 'processor_clearing' then 1 else 0 end)
            as is_on_clearing,
        max(case when accounts.account_role = 'processor_fees_payable' then 1 else 0 end)
            as is_on_fees

    from journal_lines

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code
        and accounts.account_role in ('processor_clearing', 'processor_fees_payable')

    where journal_lines.ledger_document_key is not null

    group by journal_lines.ledger_document_key

),

opposite_roles as (

    -- Journals say what they are about by the accounts opposite.
    select
        journal_lines.ledger_document_key,
        count(distinct accounts.account_role) as role_count,
        max(accounts.account_role) as account_role

    from journal_lines

    inner join ledger_documents
        on journal_lines.ledger_document_key = ledger_documents.ledger_document_key
        and ledger_documents.document_kind = 'journal'

    inner join cleared
        on ledger_documents.ledger_document_key = cleared.ledger_document_key

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code
        and accounts.account_role not in ('processor_clearing', 'processor_fees_payable')

    group by journal_lines.ledger_document_key

),

disputed as (

    select
        ledger_entries.source_key as ledger_document_key,
        processor_entries.document_number

    from dispute_entries as ledger_entries

    inner join dispute_entries as processor_entries
        on ledger_entries.clear_key = processor_entries.clear_key
        and ledger_entries.legal_entity_code = processor_entries.legal_entity_code
        and ledger_entries.currency = processor_entries.currency
        and processor_entries.told_by = 'processor'

    where ledger_entries.told_by = 'ledger'

)

select
    -- keys
    cleared.ledger_document_key,
    documents.legal_entity_code,
    documents.customer_key,
    documents.document_number,
    -- A journal that takes a document back is about what that document was about.
    coalesce(
        disputed.document_number,
        reversed.external_reference,
        case when documents.document_kind <> 'journal' then documents.external_reference end
    ) as object_id,

    -- attributes
    documents.document_kind,
    case
        when
            documents.document_kind <> 'journal'
            or disputed.document_number is not null
            or reversed.ledger_document_key is not null
            then 'object'
        when
            opposite_roles.role_count = 1
            and opposite_roles.account_role = 'processor_fees'
            and cleared.is_on_clearing = 0
            then 'fees'
        when
            opposite_roles.role_count = 1
            and opposite_roles.account_role = 'fx_gain_loss'
            and cleared.is_on_fees = 0
            then 'conversion'
        else 'journal'
    end as posting_kind,
    documents.currency <> documents.functional_currency as is_foreign,
    documents.functional_currency,

    -- measures
    cast(cleared.cleared_amount as decimal(18, 4)) as cleared_amount,

    -- times
    cleared.posted_on,
    cleared.period_month,
    documents.recorded_at

from cleared

inner join ledger_documents as documents
    on cleared.ledger_document_key = documents.ledger_document_key

left join ledger_documents as reversed
    on documents.reverses_source_ledger_document_id = reversed.source_ledger_document_id
    and documents.source_system = reversed.source_system
    and documents.source_account = reversed.source_account

left join opposite_roles
    on cleared.ledger_document_key = opposite_roles.ledger_document_key

left join disputed
    on cleared.ledger_document_key = disputed.ledger_document_key
