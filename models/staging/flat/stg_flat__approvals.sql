{#- Grain: one delivered row of the flat file approvals. -#}
with

raw as (

    select * from {{ source('raw_flat', 'approvals') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_approval_id']) }} as row_id,
        {{ delivered_id(['raw.source_approval_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'approvals') }} as payload_hash,
        {{ row_problem('flat', 'approvals') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_approval_id') }} as source_approval_id,
        {{ to_text('raw.subject_kind') }} as subject_kind,
        {{ to_text('raw.source_subject_id') }} as source_subject_id,
        lower({{ to_text('raw.approval_status') }}) as approval_status,
        {{ to_text('raw.requested_by') }} as requested_by,
        {{ to_text('raw.approved_by') }} as approved_by,
        {{ to_text('raw.approver_role') }} as approver_role,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.approver_limit_amount') }} as approver_limit_amount,
        {{ to_utc('raw.requested_at') }} as requested_at,
        coalesce({{ to_date('raw.requested_on') }}, {{ to_bare_date('raw.requested_at') }})
            as requested_on,
        {{ to_utc('raw.approved_at') }} as approved_at,
        coalesce({{ to_date('raw.approved_on') }}, {{ to_bare_date('raw.approved_at') }})
            as approved_on,
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
    source_approval_id,
    subject_kind,
    source_subject_id,
    approval_status,
    requested_by,
    approved_by,
    approver_role,
    currency,
    approver_limit_amount,
    requested_at,
    requested_on,
    approved_at,
    approved_on,
    recorded_at

from judged
