{#- Grain: one delivered row of the raw table approval. -#}
with

raw as (

    select * from {{ source('raw_ops', 'approval') }}

),

currencies as (

    {{ currency_units('ops') }}

),

statuses as (

    {{ known_words('ops', 'approval', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.approval_id']) }} as row_id,
        {{ delivered_id(['raw.approval_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'approval') }} as payload_hash,
        {{ row_problem('ops', 'approval') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.approval_id') }} as approval_id,
        lower({{ to_text('raw.subject_kind') }}) as subject_kind,
        {{ to_text('raw.subject_id') }} as subject_id,
        lower({{ to_text('raw.status') }}) as approval_status,
        {{ to_text('raw.requested_by') }} as requested_by,
        {{ to_text('raw.decided_by') }} as decided_by,
        {{ to_text('raw.decider_role') }} as decider_role,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.limit_amount') }} as limit_amount,
        {{ both_clocks('raw.requested_at', 'requested') }},
        {{ both_clocks('raw.decided_at', 'decided') }},
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.status') }}) = statuses.raw_value

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
    approval_id,
    subject_kind,
    subject_id,
    approval_status,
    requested_by,
    decided_by,
    decider_role,
    currency,
    limit_amount,
    requested_at,
    requested_on,
    decided_at,
    decided_on,
    recorded_at

from judged
