{#- Grain: one event on a payment or credit note of a customer that is not, or not all, on invoices,
    over a time in which the event and its document were known as they are told here. -#}
with

prepayment_versions as (

    select * from {{ ref('int_prepayment_versions') }}

),

told_elsewhere as (

    -- Several payments may name one payment of the processor.
    select distinct
        source_system,
        processor_reference

    from {{ ref('fct_payments') }}

    where processor_reference is not null

),

documents as (

    -- What a processor took for another system's invoices is that system's payment.
    select
        prepayment_versions.*,
        case
            when prepayment_versions.document_kind = 'payment' then 'unapplied_cash'
            else 'unapplied_credits'
        end as receivable_kind,
        case
            when prepayment_versions.document_kind = 'payment' then 'payments'
            when prepayment_versions.document_kind = 'adjustment' then 'balance_credited'
            else 'credit_notes'
        end as movement

    from prepayment_versions

    left join told_elsewhere
        on prepayment_versions.source_payment_id = told_elsewhere.processor_reference
        and prepayment_versions.source_system <> told_elsewhere.source_system

    where
        prepayment_versions.document_kind in ('payment', 'credit_note', 'adjustment')
        and prepayment_versions.document_status in ('succeeded', 'issued')
        and told_elsewhere.processor_reference is null

),

uses as (

    select
        payment_key,
        credit_note_key,
        settlement_key as use_key,
        case when is_reversal then 'applications_reversed' else 'applied' end as movement,
        currency,
        settled_amount as used_amount,
        settled_on as occurred_on,
        known_from_at,
        known_before_at

    from {{ ref('int_settlement_versions') }}

    where settlement_source = 'application'

    union all

    -- A refund of a credit note pays out the credit, not the payment. A failed one pays nothing.
    select
        case when credit_note_key is null then payment_key end as payment_key,
        credit_note_key,
        record_key as use_key,
        'refunds' as movement,
        currency,
        document_amount as used_amount,
        occurred_on,
        known_from_at,
        known_before_at

    from prepayment_versions

    where document_kind = 'refund' and document_status in ('succeeded', 'pending')

),

events as (

    select
        documents.*,
        documents.record_key as event_source_key,
        documents.movement as event_movement,
        -documents.document_amount as event_amount,
        documents.occurred_on as event_occurred_on,
        documents.known_from_at as event_known_from_at,
        documents.known_before_at as event_known_before_at

    from documents

    union all

    select
        documents.*,
        uses.use_key as event_source_key,
        uses.movement as event_movement,
        uses.used_amount as event_amount,
        coalesce(uses.occurred_on, documents.occurred_on) as event_occurred_on,
        {{ both_known_from('uses', 'documents') }} as event_known_from_at,
        {{ both_known_before('uses', 'documents') }} as event_known_before_at

    from uses

    inner join documents
        on coalesce(uses.payment_key, uses.credit_note_key) = documents.record_key
        -- A payment and a credit note may have one id, and so one key.
        and case when uses.payment_key is null then 'credit_note' else 'payment' end
        = documents.document_kind
        and uses.currency = documents.currency
        and {{ known_together('uses', 'documents') }}

),

balance_applied as (

    -- A customer's credit balance is no document: what an invoice takes of it stands on that invoice.
    select * from {{ ref('int_open_item_events') }} where movement = 'balance_applied'

)

select
    -- keys
    record_key as document_key,
    event_source_key,
    customer_key,
    source_system,
    legal_entity_code,

    -- attributes
    receivable_kind,
    event_movement as movement,
    currency,
    functional_currency,

    -- measures
    cast(event_amount as decimal(18, 4)) as event_amount,

    -- times
    event_occurred_on as occurred_on,
    occurred_on as document_on,
    event_known_from_at as known_from_at,
    event_known_before_at as known_before_at

from events

union all

select
    -- keys
    invoice_key as document_key,
    event_source_key,
    customer_key,
    source_system,
    legal_entity_code,

    -- attributes
    'unapplied_credits' as receivable_kind,
    movement,
    currency,
    functional_currency,

    -- measures
    cast(-event_amount as decimal(18, 4)) as event_amount,

    -- times
    occurred_on,
    issued_on as document_on,
    known_from_at,
    known_before_at

from balance_applied
