{#- Grain: one delivered row of the flat file fiscal_periods. -#}
with

raw as (

    select * from {{ source('raw_flat', 'fiscal_periods') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_fiscal_period_id']) }} as row_id,
        {{ delivered_id(['raw.source_fiscal_period_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'fiscal_periods') }} as payload_hash,
        {{ row_problem('flat', 'fiscal_periods') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_fiscal_period_id') }} as source_fiscal_period_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.period_name') }} as period_name,
        {{ to_date('raw.starts_on') }} as starts_on,
        {{ to_date('raw.ends_before_on') }} as ends_before_on,
        coalesce({{ to_boolean('raw.is_adjustment_period') }}, false) as is_adjustment_period,
        coalesce({{ to_boolean('raw.is_closed') }}, false) as is_closed,
        coalesce({{ to_boolean('raw.is_receivables_locked') }}, false) as is_receivables_locked,
        coalesce({{ to_boolean('raw.is_all_locked') }}, false) as is_all_locked,
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
    source_fiscal_period_id,
    source_entity_id,
    period_name,
    starts_on,
    ends_before_on,
    is_adjustment_period,
    is_closed,
    is_receivables_locked,
    is_all_locked,
    closed_at,
    closed_on,
    recorded_at

from judged
