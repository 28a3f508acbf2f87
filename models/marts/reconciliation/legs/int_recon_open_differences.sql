{#- Grain: one document number (of an entity and currency) whose open amounts differ between billing
    and the ERP, with what each system says settled it. -#}
with

legs as (

    select * from {{ ref('int_recon_legs_open_items') }} where out_of_scope_reason is null

),

invoices as (

    select * from {{ ref('fct_invoices') }} where invoice_status not in ('draft', 'void')

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice' and not is_voided

),

ledger_open_items as (

    select * from {{ ref('int_recon_ledger_open_items') }}

),

differing as (

    select
        legal_entity_code,
        currency,
        clear_key,
        {{ sum_amount("case when side = 'L' then signed_amount else -signed_amount end") }}
            as residual_amount

    from legs

    group by legal_entity_code, currency, clear_key

    having sum(case when side = 'L' then signed_amount else -signed_amount end) <> 0

),

billed as (

    select
        differing.legal_entity_code,
        differing.currency,
        differing.clear_key,
        count(*) as invoice_count,
        {{ sum_amount('invoices.total_amount') }} as billed_amount,
        {{ sum_amount('invoices.written_off_amount') }} as written_off_amount,
        {{ sum_amount('invoices.credited_amount') }} as credited_amount,
        {{ sum_amount('invoices.paid_amount') }} as paid_amount

    from differing

    inner join invoices
        on differing.clear_key = invoices.invoice_number
        and differing.legal_entity_code = invoices.legal_entity_code
        and differing.currency = invoices.currency

    group by differing.legal_entity_code, differing.currency, differing.clear_key

),

posted as (

    select
        differing.legal_entity_code,
        differing.currency,
        differing.clear_key,
        count(*) as ledger_document_count,
        {{ sum_amount('ledger_documents.total_amount') }} as posted_amount,
        {{ sum_amount('ledger_open_items.credited_amount') }} as ledger_credited_amount,
        {{ sum_amount('ledger_open_items.settled_amount') }} as ledger_settled_amount,
        min(sign(ledger_documents.total_amount)) = max(sign(ledger_documents.total_amount))
            as is_of_one_sign

    from differing

    inner join ledger_documents
        on differing.clear_key = ledger_documents.external_reference
        and differing.legal_entity_code = ledger_documents.legal_entity_code
        and differing.currency = ledger_documents.currency

    inner join ledger_open_items
        on ledger_documents.ledger_document_key = ledger_open_items.ledger_document_key

    group by differing.legal_entity_code, differing.currency, differing.clear_key

)

select
    -- keys
    differing.legal_entity_code,
    differing.currency,
    differing.clear_key,

    -- attributes
    coalesce(posted.is_of_one_sign, false) as is_of_one_sign,

    -- measures
    coalesce(billed.invoice_count, 0) as invoice_count,
    coalesce(posted.ledger_document_count, 0) as ledger_document_count,
    cast(differing.residual_amount as decimal(18, 4)) as residual_amount,
    cast(coalesce(billed.billed_amount, 0) as decimal(18, 4)) as billed_amount,
    cast(coalesce(posted.posted_amount, 0) as decimal(18, 4)) as posted_amount,
    cast(coalesce(billed.written_off_amount, 0) as decimal(18, 4)) as written_off_amount,
    cast(coalesce(billed.credited_amount, 0) as decimal(18, 4)) as credited_amount,
    cast(coalesce(billed.paid_amount, 0) as decimal(18, 4)) as paid_amount,
    cast(coalesce(posted.ledger_credited_amount, 0) as decimal(18, 4)) as ledger_credited_amount,
    cast(coalesce(posted.ledger_settled_amount, 0) as decimal(18, 4)) as ledger_settled_amount

from differing

left join billed
    on differing.legal_entity_code = billed.legal_entity_code
    and differing.currency = billed.currency
    and differing.clear_key = billed.clear_key

left join posted
    on differing.legal_entity_code = posted.legal_entity_code
    and differing.currency = posted.currency
    and differing.clear_key = posted.clear_key
