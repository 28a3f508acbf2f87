{#- Grain: one delivered row of the raw table transaction_line. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'transaction_line') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.transaction', 'raw.id']) }} as row_id,
        {{ delivered_id(['raw.transaction', 'raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'transaction_line') }} as payload_hash,
        {{ row_problem('netsuite', 'transaction_line') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as line_id,
        {{ to_text('raw.transaction') }} as transaction_id,
        {{ to_integer('raw.linesequencenumber') }} as line_number,
        {{ to_text('raw.entity') }} as customer_id,
        {{ to_text('raw.subsidiary') }} as subsidiary_id,
        {{ to_boolean('raw.mainline') }} as is_main_line,
        {{ to_boolean('raw.taxline') }} as is_tax_line,
        {{ to_decimal('raw.foreignamount', 24, 12) }} as foreign_amount,
        {{ to_decimal('raw.netamount', 24, 12) }} as net_amount

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
    line_id,
    transaction_id,
    line_number,
    customer_id,
    subsidiary_id,
    is_main_line,
    is_tax_line,
    foreign_amount,
    net_amount

from judged
