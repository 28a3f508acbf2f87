{#- Grain: one ledger document on a customer's account with what is left of it: what is open on an
    invoice, what of a receipt or a credit memo is not used. -#}
with

entries as (

    select * from {{ ref('int_recon_receivable_entries') }}
    where customer_amount is not null and not (is_voided and control_amount = 0)

),

settlements as (

    select * from {{ ref('int_recon_ledger_settlements') }}

),

put_on as (

    select
        to_ledger_document_key as ledger_document_key,
        {{ sum_amount('to_amount') }} as moved_amount,
        {{ sum_amount('case when not is_within_one_account then to_amount end') }} as lone_amount

    from settlements

    where to_ledger_document_key is not null

    group by to_ledger_document_key

),

taken_from as (

    select
        from_ledger_document_key as ledger_document_key,
        {{ sum_amount('from_amount') }} as moved_amount,
        {{ sum_amount('case when not is_within_one_account then from_amount end') }} as lone_amount

    from settlements

    where from_ledger_document_key is not null

    group by from_ledger_document_key

)

select
    -- keys
    entries.ledger_document_key,
    entries.legal_entity_code,

    -- attributes
    entries.document_kind,
    entries.is_voided,
    entries.currency,

    -- measures
    entries.customer_amount,
    cast(
        entries.customer_amount + coalesce(put_on.moved_amount, 0)
        + coalesce(taken_from.moved_amount, 0) as decimal(18, 4)
    ) as open_amount,
    cast(
        coalesce(put_on.lone_amount, 0) + coalesce(taken_from.lone_amount, 0) as decimal(18, 4)
    ) as lone_settled_amount

from entries

left join put_on
    on entries.ledger_document_key = put_on.ledger_document_key

left join taken_from
    on entries.ledger_document_key = taken_from.ledger_document_key
