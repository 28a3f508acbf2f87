{#- Grain: one credit note or refund that followed the opening of a case. -#}
with

documents as (

    select * from {{ ref('int_dispute_case_documents') }}

),

credit_notes as (

    select * from {{ ref('fct_credit_notes') }}

),

refunds as (

    select * from {{ ref('fct_refunds') }}

),

answers as (

    select
        'credit' as movement_kind,
        credit_note_key as answer_key,
        credit_note_key,
        'invoice' as anchor_kind,
        invoice_key as document_key,
        legal_entity_code,
        currency,
        total_amount as answered_amount,
        total_amount_functional as answered_amount_functional,
        total_amount_reporting as answered_amount_reporting,
        issued_on as occurred_on

    from credit_notes

    where credit_note_status not in ('draft', 'void') and voided_on is null

    union all

    select
        'refund' as movement_kind,
        refund_key as answer_key,
        credit_note_key,
        'payment' as anchor_kind,
        payment_key as document_key,
        legal_entity_code,
        currency,
        refund_amount as answered_amount,
        refund_amount_functional as answered_amount_functional,
        refund_amount_reporting as answered_amount_reporting,
        created_on as occurred_on

    from refunds

    where refund_status in ('succeeded', 'pending')

),

followed as (

    -- A credit note answers one case: the one opened last before it.
    select
        answers.*,
        documents.dispute_case_key,
        row_number() over (
            partition by answers.movement_kind, answers.answer_key
            order by documents.opened_at desc, documents.dispute_case_key asc
        ) as case_rank

    from answers

    inner join documents
        on answers.anchor_kind = documents.anchor_kind
        and answers.document_key = documents.document_key
        and answers.occurred_on >= documents.opened_on

    where answers.occurred_on <= {{ as_of_date() }}

)

select
    -- keys
    dispute_case_key,
    answer_key,
    case when movement_kind = 'credit' then answer_key end as credit_note_key,
    case when movement_kind = 'refund' then answer_key end as refund_key,
    legal_entity_code,

    -- attributes
    movement_kind,
    movement_kind = 'refund' and credit_note_key is not null as has_credit_note,
    currency,

    -- measures
    cast(-answered_amount as decimal(18, 4)) as moved_amount,
    cast(-answered_amount_functional as decimal(18, 4)) as moved_amount_functional,
    cast(-answered_amount_reporting as decimal(18, 4)) as moved_amount_reporting,

    -- times
    occurred_on

from followed

-- The same document stands in several cases where it was contested more than once.
where case_rank = 1
