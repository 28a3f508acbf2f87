{#- Grain: one delivered row of the raw table subscription. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'subscription') }}

),

statuses as (

    {{ known_words('zuora', 'subscription', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'subscription') }} as payload_hash,
        {{ row_problem('zuora', 'subscription') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as subscription_id,
        {{ to_text('raw.account_id') }} as customer_id,
        {{ to_text('raw.invoice_owner_id') }} as invoice_owner_id,
        {{ to_text('raw.name') }} as subscription_number,
        {{ to_text('raw.original_id') }} as original_id,
        {{ to_integer('raw.version') }} as version_number,
        lower({{ to_text('raw.status') }}) as subscription_status,
        {{ to_date('raw.contract_effective_date') }} as contract_effective_on,
        {{ to_date('raw.subscription_start_date') }} as starts_on,
        {{ to_date('raw.subscription_end_date') }} as ends_on,
        {{ to_date('raw.cancelled_date') }} as cancelled_on,
        {{ to_text('raw.sf_contract_id__c') }} as contract_id,
        {{ both_clocks('raw.created_date', 'created') }}

    from raw

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
    subscription_id,
    customer_id,
    invoice_owner_id,
    subscription_number,
    original_id,
    version_number,
    subscription_status,
    contract_effective_on,
    starts_on,
    ends_on,
    cancelled_on,
    contract_id,
    created_at,
    created_on

from judged
