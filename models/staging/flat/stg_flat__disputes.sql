{#- Grain: one delivered row of the flat file disputes. -#}
with

raw as (

    select * from {{ source('raw_flat', 'disputes') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_dispute_id']) }} as row_id,
        {{ delivered_id(['raw.source_dispute_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'disputes') }} as payload_hash,
        {{ row_problem('flat', 'disputes') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_dispute_id') }} as source_dispute_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_payment_id') }} as source_payment_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        lower({{ to_text('raw.dispute_kind') }}) as dispute_kind,
        lower({{ to_text('raw.dispute_status') }}) as dispute_status,
        {{ to_text('raw.reason_code') }} as reason_code,
        {{ to_text('raw.network_code') }} as network_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.disputed_amount') }} as disputed_amount,
        {{ to_utc('raw.opened_at') }} as opened_at,
        coalesce({{ to_date('raw.opened_on') }}, {{ to_bare_date('raw.opened_at') }}) as opened_on,
        {{ to_utc('raw.evidence_due_at') }} as evidence_due_at,
        coalesce({{ to_date('raw.evidence_due_on') }}, {{ to_bare_date('raw.evidence_due_at') }})
            as evidence_due_on,
        {{ to_utc('raw.closed_at') }} as closed_at,
        coalesce({{ to_date('raw.closed_on') }}, {{ to_bare_date('raw.closed_at') }}) as closed_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

),

judged as (

    {{ judge_rows('typed') }}

)

select
    -- place and fate
    source_account,
    source_file,
    source_row,
    row_id,
    row_disposition,
    disposition_reason,

    -- the record
    source_dispute_id,
    source_entity_id,
    source_customer_id,
    source_payment_id,
    source_invoice_id,
    dispute_kind,
    dispute_status,
    reason_code,
    network_code,
    currency,
    disputed_amount,
    opened_at,
    opened_on,
    evidence_due_at,
    evidence_due_on,
    closed_at,
    closed_on,
    recorded_at

from judged
