{#- Grain: one delivered row of the raw table order_item. -#}
with

raw as (

    select * from {{ source('raw_salesforce', 'order_item') }}

),

currencies as (

    {{ currency_units('salesforce') }}

),

statuses as (

    {{ known_words('salesforce', 'order_item', 'charge_type_c') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('salesforce', 'order_item') }} as payload_hash,
        {{ row_problem('salesforce', 'order_item') }} as problem,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as order_item_id,
        {{ to_text('raw.order_id') }} as order_id,
        {{ to_text('raw.product_2_id') }} as product_id,
        {{ to_text('raw.pricebook_entry_id') }} as pricebook_entry_id,
        {{ to_text('raw.original_order_item_id') }} as original_order_item_id,
        {{ to_text('raw.amended_order_item_c') }} as amended_order_item_id,
        {{ to_decimal('raw.quantity', 24, 12) }} as quantity,
        {{ to_decimal('raw.list_price', 24, 12) }} as list_price,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_decimal('raw.discount_c', 24, 12) }} as discount_percent,
        {{ to_decimal('raw.total_price', 24, 12) }} as total_price,
        {{ to_date('raw.service_date') }} as service_date,
        {{ to_date('raw.end_date') }} as end_date,
        lower({{ to_text('raw.charge_type_c') }}) as charge_type,
        lower({{ to_text('raw.billing_period_c') }}) as billing_period,
        lower({{ to_text('raw.billing_timing_c') }}) as billing_timing,
        {{ to_text('raw.billing_charge_id_c') }} as billing_charge_id,
        {{ to_currency('raw.currency_iso_code') }} as currency,
        {{ both_clocks('raw.created_date', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.currency_iso_code') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.charge_type_c') }}) = statuses.raw_value

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
    order_item_id,
    order_id,
    product_id,
    pricebook_entry_id,
    original_order_item_id,
    amended_order_item_id,
    quantity,
    list_price,
    unit_price,
    discount_percent,
    total_price,
    service_date,
    end_date,
    charge_type,
    billing_period,
    billing_timing,
    billing_charge_id,
    currency,
    created_at,
    created_on

from judged
