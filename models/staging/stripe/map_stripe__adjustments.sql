{#- Grain: one movement of a customer's credit balance, or one invoice marked uncollectible. -#}
with

movements as (

    select * from {{ ref('stg_stripe__customer_balance_transaction') }}
    where row_disposition = 'accepted'

),

invoices as (

    select * from {{ ref('stg_stripe__invoice') }} where row_disposition = 'accepted'

),

adjustments as (

    select
        movements.source_account,
        movements.customer_balance_transaction_id as adjustment_id,
        movements.customer_id,
        movements.invoice_id,
        movements.credit_note_id,
        'credit_balance' as adjustment_kind,
        movements.movement_type as reason_code,
        movements.currency,
        -- Stripe: negative is credit that the customer may use; here that is what we owe, positive.
        cast(-movements.movement_amount as decimal(18, 4)) as adjustment_amount,
        movements.created_at as adjusted_at,
        movements.created_on as adjusted_on

    from movements

    union all

    select
        invoices.source_account,
        'write_off:' || invoices.invoice_id as adjustment_id,
        invoices.customer_id,
        invoices.invoice_id,
        cast(null as {{ dbt.type_string() }}) as credit_note_id,
        'write_off' as adjustment_kind,
        'uncollectible' as reason_code,
        invoices.currency,
        coalesce(invoices.remaining_amount, invoices.total_amount) as adjustment_amount,
        invoices.written_off_at as adjusted_at,
        invoices.written_off_on as adjusted_on

    from invoices

    where invoices.invoice_status = 'uncollectible'

)

select
    'stripe' as source_system,
    adjustments.source_account,
    adjustments.adjustment_id as source_adjustment_id,
    'default' as source_entity_id,
    adjustments.customer_id as source_customer_id,
    adjustments.invoice_id as source_invoice_id,
    adjustments.credit_note_id as source_credit_note_id,
    adjustments.adjustment_kind,
    adjustments.reason_code,
    cast(null as {{ dbt.type_string() }}) as created_by,
    adjustments.currency,
    adjustments.adjustment_amount,
    adjustments.adjusted_at,
    adjustments.adjusted_on,
    adjustments.adjusted_at as recorded_at

from adjustments
