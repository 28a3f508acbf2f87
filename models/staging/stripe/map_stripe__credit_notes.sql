{#- Grain: one Stripe credit note. -#}
with

notes as (

    select * from {{ ref('stg_stripe__credit_note') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('stripe', 'credit_note', 'status') }}

),

invoices as (

    select * from {{ ref('stg_stripe__invoice') }} where row_disposition = 'accepted'

)

select
    'stripe' as source_system,
    notes.source_account,
    notes.credit_note_id as source_credit_note_id,
    'default' as source_entity_id,
    invoices.customer_id as source_customer_id,
    notes.invoice_id as source_invoice_id,
    notes.credit_note_number,
    statuses.canonical_value as credit_note_status,
    notes.reason_code,
    cast(null as {{ dbt.type_string() }}) as created_by,
    notes.currency,
    notes.subtotal_amount,
    coalesce(notes.discount_amount, 0) as discount_amount,
    cast(null as decimal(18, 4)) as tax_amount,
    coalesce(notes.total_amount, notes.credit_amount) as total_amount,
    notes.created_at,
    notes.created_on,
    notes.created_at as issued_at,
    notes.created_on as issued_on,
    notes.voided_at,
    notes.voided_on,
    coalesce(notes.created_at, notes.synced_at) as recorded_at

from notes

left join statuses
    on notes.credit_note_status = statuses.raw_value

left join invoices
    on notes.source_account = invoices.source_account
    and notes.invoice_id = invoices.invoice_id
