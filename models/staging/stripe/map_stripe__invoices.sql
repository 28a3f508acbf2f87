{#- Grain: one Stripe invoice, drafts included. -#}
with

invoices as (

    select * from {{ ref('stg_stripe__invoice') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('stripe', 'invoice', 'status') }}

)

select
    'stripe' as source_system,
    invoices.source_account,
    invoices.invoice_id as source_invoice_id,
    'default' as source_entity_id,
    invoices.customer_id as source_customer_id,
    invoices.subscription_id as source_subscription_id,
    cast(null as {{ dbt.type_string() }}) as source_billing_run_id,
    invoices.invoice_number,
    statuses.canonical_value as invoice_status,
    invoices.billing_reason,
    -- A negative total stays an invoice: Stripe moves it to the customer balance, no credit note
    -- exists.
    invoices.total_amount < 0 as is_negative_document,
    invoices.currency,
    invoices.subtotal_amount,
    -- The shape has no discount column, and whether tax is inside the subtotal is not said:
    -- unknown.
    cast(null as decimal(18, 4)) as discount_amount,
    coalesce(invoices.tax_amount, 0) as tax_amount,
    invoices.total_amount,
    invoices.paid_amount as source_paid_amount,
    invoices.remaining_amount as source_due_amount,
    invoices.created_at,
    invoices.created_on,
    -- A draft is not issued; the finalising moment is what Stripe prints as the date of issue.
    case
        when statuses.canonical_value = 'draft' then null
        when coalesce(cast(invoices.transition_finalized_at as date), invoices.transition_finalized_on) is not null
            then invoices.transition_finalized_at
        when coalesce(cast(invoices.finalized_at as date), invoices.finalized_on) is not null
            then invoices.finalized_at
        when coalesce(cast(invoices.invoice_date_at as date), invoices.invoice_date_on) is not null
            then invoices.invoice_date_at
        else invoices.created_at
    end as issued_at,
    case
        when statuses.canonical_value = 'draft' then null
        when coalesce(cast(invoices.transition_finalized_at as date), invoices.transition_finalized_on) is not null
            then invoices.transition_finalized_on
        when coalesce(cast(invoices.finalized_at as date), invoices.finalized_on) is not null
            then invoices.finalized_on
        when coalesce(cast(invoices.invoice_date_at as date), invoices.invoice_date_on) is not null
            then invoices.invoice_date_on
        else invoices.created_on
    end as issued_on,
    invoices.due_at,
    invoices.due_on,
    invoices.paid_at,
    invoices.paid_on,
    invoices.voided_at,
    invoices.voided_on,
    invoices.written_off_at,
    invoices.written_off_on,
    coalesce(invoices.created_at, invoices.synced_at) as recorded_at

from invoices

left join statuses
    on invoices.invoice_status = statuses.raw_value
