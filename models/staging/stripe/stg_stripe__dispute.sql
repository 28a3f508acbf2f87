{#- Grain: one delivered row of the raw table dispute. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'dispute') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'dispute', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'dispute') }} as payload_hash,
        {{ row_problem('stripe', 'dispute') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as dispute_id,
        {{ to_text('raw.charge_id') }} as charge_id,
        {{ to_text('raw.balance_transaction') }} as balance_transaction_id,
        lower({{ to_text('raw.status') }}) as dispute_status,
        {{ to_text('raw.reason') }} as reason_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount') }} as disputed_amount,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.evidence_details_due_by', 'evidence_due') }}

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
    row_version as synced_at,
    is_marked_deleted as is_deleted,

    -- the record
    dispute_id,
    charge_id,
    balance_transaction_id,
    dispute_status,
    reason_code,
    currency,
    disputed_amount,
    created_at,
    created_on,
    evidence_due_at,
    evidence_due_on

from judged
