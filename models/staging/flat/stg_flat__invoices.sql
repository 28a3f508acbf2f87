{#- Grain: one delivered row of the flat file invoices. -#}
with

raw as (

    select * from {{ source('raw_flat', 'invoices') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_invoice_id']) }} as row_id,
        {{ delivered_id(['raw.source_invoice_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'invoices') }} as payload_hash,
        {{ row_problem('flat', 'invoices') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_subscription_id') }} as source_subscription_id,
        {{ to_text('raw.source_billing_run_id') }} as source_billing_run_id,
        {{ to_text('raw.invoice_number') }} as invoice_number,
        lower({{ to_text('raw.invoice_status') }}) as invoice_status,
        {{ to_text('raw.billing_reason') }} as billing_reason,
        coalesce({{ to_boolean('raw.is_negative_document') }}, false) as is_negative_document,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.subtotal_amount') }} as subtotal_amount,
        {{ to_decimal('raw.discount_amount') }} as discount_amount,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
        {{ to_decimal('raw.total_amount') }} as total_amount,
        {{ to_decimal('raw.source_paid_amount') }} as source_paid_amount,
        {{ to_decimal('raw.source_due_amount') }} as source_due_amount,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.issued_at') }} as issued_at,
        coalesce({{ to_date('raw.issued_on') }}, {{ to_bare_date('raw.issued_at') }}) as issued_on,
        {{ to_utc('raw.due_at') }} as due_at,
        coalesce({{ to_date('raw.due_on') }}, {{ to_bare_date('raw.due_at') }}) as due_on,
        {{ to_utc('raw.paid_at') }} as paid_at,
        coalesce({{ to_date('raw.paid_on') }}, {{ to_bare_date('raw.paid_at') }}) as paid_on,
        {{ to_utc('raw.voided_at') }} as voided_at,
        coalesce({{ to_date('raw.voided_on') }}, {{ to_bare_date('raw.voided_at') }}) as voided_on,
        {{ to_utc('raw.written_off_at') }} as written_off_at,
        coalesce({{ to_date('raw.written_off_on') }}, {{ to_bare_date('raw.written_off_at') }})
            as written_off_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

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
    source_invoice_id,
    source_entity_id,
    source_customer_id,
    source_subscription_id,
    source_billing_run_id,
    invoice_number,
    invoice_status,
    billing_reason,
    is_negative_document,
    currency,
    subtotal_amount,
    discount_amount,
    tax_amount,
    total_amount,
    source_paid_amount,
    source_due_amount,
    created_at,
    created_on,
    issued_at,
    issued_on,
    due_at,
    due_on,
    paid_at,
    paid_on,
    voided_at,
    voided_on,
    written_off_at,
    written_off_on,
    recorded_at

from judged
