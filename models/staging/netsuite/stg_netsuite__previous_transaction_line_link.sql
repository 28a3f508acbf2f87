{#- Grain: one delivered row of the raw table previous_transaction_line_link. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'previous_transaction_line_link') }}

),

statuses as (

    {{ known_words('netsuite', 'previous_transaction_line_link', 'linktype') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.previousdoc', 'raw.previousline', 'raw.nextdoc', 'raw.nextline', 'raw.linktype']) }} as row_id,
        {{ delivered_id(['raw.previousdoc', 'raw.previousline', 'raw.nextdoc', 'raw.nextline', 'raw.linktype']) }}
            as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'previous_transaction_line_link') }} as payload_hash,
        {{ row_problem('netsuite', 'previous_transaction_line_link') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.previousdoc') }} as previous_transaction_id,
        {{ to_text('raw.previousline') }} as previous_line_id,
        {{ to_text('raw.nextdoc') }} as next_transaction_id,
        {{ to_text('raw.nextline') }} as next_line_id,
        lower({{ to_text('raw.linktype') }}) as link_type,
        {{ to_text('raw.nexttype') }} as next_type,
        {{ to_decimal('raw.foreignamount', 24, 12) }} as linked_amount,
        {{ to_date('raw.nextdate') }} as next_on

    from raw

    left join statuses
        on lower({{ to_text('raw.linktype') }}) = statuses.raw_value

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
    previous_transaction_id,
    previous_line_id,
    next_transaction_id,
    next_line_id,
    link_type,
    next_type,
    linked_amount,
    next_on

from judged
