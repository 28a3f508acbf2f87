{#- Grain: one delivered row of the flat file work_items. -#}
with

raw as (

    select * from {{ source('raw_flat', 'work_items') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_work_item_id']) }} as row_id,
        {{ delivered_id(['raw.source_work_item_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'work_items') }} as payload_hash,
        {{ row_problem('flat', 'work_items') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_work_item_id') }} as source_work_item_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        {{ to_text('raw.caused_by_source_work_item_id') }} as caused_by_source_work_item_id,
        lower({{ to_text('raw.work_item_kind') }}) as work_item_kind,
        {{ to_text('raw.work_item_number') }} as work_item_number,
        {{ to_text('raw.work_item_status') }} as work_item_status,
        {{ to_text('raw.priority_code') }} as priority_code,
        {{ to_text('raw.severity_code') }} as severity_code,
        {{ to_text('raw.root_cause_code') }} as root_cause_code,
        {{ to_text('raw.triaged_by') }} as triaged_by,
        {{ to_utc('raw.triaged_at') }} as triaged_at,
        coalesce({{ to_date('raw.triaged_on') }}, {{ to_bare_date('raw.triaged_at') }})
            as triaged_on,
        {{ to_utc('raw.opened_at') }} as opened_at,
        coalesce({{ to_date('raw.opened_on') }}, {{ to_bare_date('raw.opened_at') }}) as opened_on,
        {{ to_utc('raw.detected_at') }} as detected_at,
        coalesce({{ to_date('raw.detected_on') }}, {{ to_bare_date('raw.detected_at') }})
            as detected_on,
        {{ to_utc('raw.resolved_at') }} as resolved_at,
        coalesce({{ to_date('raw.resolved_on') }}, {{ to_bare_date('raw.resolved_at') }})
            as resolved_on,
        {{ to_utc('raw.closed_at') }} as closed_at,
        coalesce({{ to_date('raw.closed_on') }}, {{ to_bare_date('raw.closed_at') }}) as closed_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

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
    source_work_item_id,
    source_customer_id,
    source_invoice_id,
    caused_by_source_work_item_id,
    work_item_kind,
    work_item_number,
    work_item_status,
    priority_code,
    severity_code,
    root_cause_code,
    triaged_by,
    triaged_at,
    triaged_on,
    opened_at,
    opened_on,
    detected_at,
    detected_on,
    resolved_at,
    resolved_on,
    closed_at,
    closed_on,
    recorded_at

from judged
