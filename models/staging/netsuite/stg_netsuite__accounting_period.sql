{#- Grain: one delivered row of the raw table accounting_period. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'accounting_period') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'accounting_period') }} as payload_hash,
        {{ row_problem('netsuite', 'accounting_period') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as accounting_period_id,
        {{ to_text('raw.periodname') }} as period_name,
        {{ to_date('raw.startdate') }} as starts_on,
        {{ to_date('raw.enddate') }} as last_day_on,
        {{ to_boolean('raw.isquarter') }} as is_quarter,
        {{ to_boolean('raw.isyear') }} as is_year,
        {{ to_boolean('raw.isadjust') }} as is_adjustment,
        {{ to_boolean('raw.closed') }} as is_closed,
        {{ to_boolean('raw.alllocked') }} as is_all_locked,
        {{ to_boolean('raw.arlocked') }} as is_receivables_locked,
        {{ both_clocks('raw.closedondate', 'closed') }}

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
    row_version as synced_at,
    is_marked_deleted as is_deleted,

    -- the record
    accounting_period_id,
    period_name,
    starts_on,
    last_day_on,
    is_quarter,
    is_year,
    is_adjustment,
    is_closed,
    is_all_locked,
    is_receivables_locked,
    closed_at,
    closed_on

from judged
