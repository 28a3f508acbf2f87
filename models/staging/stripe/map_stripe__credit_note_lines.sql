{#- Grain: one line of a Stripe credit note. -#}
with

lines as (

    select * from {{ ref('stg_stripe__credit_note_line_item') }} where row_disposition = 'accepted'

),

notes as (

    select * from {{ ref('stg_stripe__credit_note') }} where row_disposition = 'accepted'

),

currencies as (

    {{ currency_units('stripe') }}

)

select
    'stripe' as source_system,
    lines.source_account,
    lines.credit_note_line_id as source_credit_note_line_id,
    lines.credit_note_id as source_credit_note_id,
    case
        when lines.invoice_line_item_id is not null
            then notes.invoice_id || '|' || lines.invoice_line_item_id
    end as source_invoice_line_id,
    cast(null as {{ dbt.type_string() }}) as source_product_id,
    cast(null as int) as line_number,
    lines.line_description,
    notes.currency,
    lines.quantity,
    cast(
        {{ multiply_price('coalesce(lines.unit_amount_decimal, lines.unit_amount)', 'currencies.minor_unit') }}
        as decimal(24, 12)
    ) as unit_price,
    cast({{ multiply_price('lines.line_amount_minor', 'currencies.minor_unit') }} as decimal(18, 4))
        as line_amount,
    cast({{ multiply_price('lines.discount_amount_minor', 'currencies.minor_unit') }} as decimal(18, 4))
        as discount_amount,
    cast(null as decimal(18, 4)) as tax_amount,
    cast(null as decimal(24, 12)) as rounding_residual_amount,
    coalesce(notes.created_at, lines.synced_at) as recorded_at

-- A line has no currency of its own: it is its credit note's.
from lines

inner join notes
    on lines.source_account = notes.source_account
    and lines.credit_note_id = notes.credit_note_id

left join currencies
    on notes.currency = currencies.currency
