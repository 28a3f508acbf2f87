{#- Grain: one invoice with what R01 says about its posting in the ERP. -#}
with

legs as (

    select * from {{ ref('int_recon_legs') }} where pair_id = 'R01' and side = 'L'

),

break_legs as (

    select * from {{ ref('recon_break_legs') }} where pair_id = 'R01' and side = 'L'

),

breaks as (

    select * from {{ ref('recon_breaks') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice' and not is_voided

),

broken as (

    -- An invoice may break in two periods and for two reasons.
    select
        break_legs.leg_key,
        min(breaks.break_code) as break_code

    from break_legs

    inner join breaks
        on break_legs.break_key = breaks.break_key

    group by break_legs.leg_key

),

posted as (

    -- Posted twice: the first by key stands for both, the break says so.
    select
        legal_entity_code,
        currency,
        external_reference,
        min(ledger_document_key) as ledger_document_key

    from ledger_documents

    group by legal_entity_code, currency, external_reference

)

select
    -- keys
    legs.source_key as invoice_key,
    posted.ledger_document_key,

    -- attributes
    case
        when legs.out_of_scope_reason is not null then 'not due'
        else coalesce(broken.break_code, 'posted')
    end as posting_hop

from legs

left join broken
    on legs.leg_key = broken.leg_key

left join posted
    on legs.clear_key = posted.external_reference
    and legs.legal_entity_code = posted.legal_entity_code
    and legs.currency = posted.currency
