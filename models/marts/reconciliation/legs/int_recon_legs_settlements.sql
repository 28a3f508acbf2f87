{#- Grain: one leg of R04. Left: what billing holds of a payment or refund through a processor, and
    the ledger of a dispute. Right: the processor's charge, refund or disputed money. -#}
with

payments as (

    select * from {{ ref('fct_payments') }}

),

applied as (

    select
        payment_key,
        {{ sum_amount('applied_amount') }}
            as applied_amount

    from {{ ref('fct_document_applications') }}

    where payment_key is not null and application_kind = 'payment'

    group by payment_key

),

refunds as (

    select * from {{ ref('fct_refunds') }}

),

processor_refunds as (

    select * from {{ ref('int_recon_processor_refunds') }}

),

refund_failures as (

    -- The day on which a refund came back; once for each refund.
    select
        refund_key,
        min(created_on) as failed_on,
        min(period_month) as failed_month

    from {{ ref('fct_payout_lines') }}

    where line_kind = 'refund_failure' and refund_key is not null

    group by refund_key

),

dispute_entries as (

    select * from {{ ref('int_recon_dispute_entries') }}

),

told as (

    select
        'L' as side,
        'billing payment ' || payments.payment_key as leg_key,
        'charge ' || coalesce(payments.processor_reference, payments.payment_key) as clear_key,
        coalesce(payments.processor_reference, payments.source_payment_id) as natural_key,
        payments.legal_entity_code,
        payments.customer_key,
        'fct_payments' as source_table,
        payments.payment_key as source_key,
        'payment' as document_kind,
        payments.currency,
        payments.functional_currency,
        case
            when payments.payment_channel <> 'processor' then 'came without a processor (R15, R16)'
            when not payments.is_captured then 'no money was taken'
        end as out_of_scope_reason,
        -- The processor's own invoices: what it applied to them is what billing knows of a charge.
        case
            when payments.processor_reference = payments.source_payment_id
                then applied.applied_amount
            else payments.payment_amount
        end as signed_amount,
        payments.payment_amount_functional as signed_amount_functional,
        payments.paid_on as occurred_on,
        payments.period_month,
        payments.recorded_at

    from payments

    left join applied
        on payments.payment_key = applied.payment_key

    where
        payments.processor_reference is null
        or payments.processor_reference <> payments.source_payment_id
        or applied.payment_key is not null

    union all

    select
        'R' as side,
        'processor charge ' || payments.payment_key as leg_key,
        'charge ' || payments.processor_reference as clear_key,
        payments.source_payment_id as natural_key,
        payments.legal_entity_code,
        payments.customer_key,
        'fct_payments' as source_table,
        payments.payment_key as source_key,
        'charge' as document_kind,
        payments.currency,
        payments.functional_currency,
        case when not payments.is_captured then 'no money was taken' end as out_of_scope_reason,
        payments.payment_amount as signed_amount,
        payments.payment_amount_functional as signed_amount_functional,
        payments.paid_on as occurred_on,
        payments.period_month,
        payments.recorded_at

    from payments

    where payments.processor_reference = payments.source_payment_id

    union all

    select
        case sides.is_of_processor when 1 then 'R' else 'L' end as side,
        case sides.is_of_processor when 1 then 'processor' else 'billing' end
        || case sides.is_failure when 1 then ' failed refund ' else ' refund ' end
        || refunds.refund_key as leg_key,
        'refund ' || processor_refunds.processor_refund_id as clear_key,
        processor_refunds.processor_refund_id as natural_key,
        refunds.legal_entity_code,
        refunds.customer_key,
        'fct_refunds' as source_table,
        refunds.refund_key as source_key,
        case sides.is_failure when 1 then 'refund that came back' else 'refund' end
            as document_kind,
        refunds.currency,
        refunds.functional_currency,
        case when not processor_refunds.is_through_processor then 'paid back without a processor' end
            as out_of_scope_reason,
        case sides.is_failure when 1 then refunds.refund_amount else -refunds.refund_amount end
            as signed_amount,
        case
            sides.is_failure
            when 1 then refunds.refund_amount_functional
            else -refunds.refund_amount_functional
        end as signed_amount_functional,
        case
            sides.is_failure
            when 1 then coalesce(refunds.failed_on, refund_failures.failed_on, refunds.created_on)
            else refunds.created_on
        end as occurred_on,
        case
            sides.is_failure
            when 1
                then
                    coalesce(
                        {{ month_of('refunds.failed_on') }},
                        refund_failures.failed_month,
                        refunds.period_month
                    )
            else refunds.period_month
        end as period_month,
        refunds.recorded_at

    from refunds

    inner join processor_refunds
        on refunds.refund_key = processor_refunds.refund_key

    -- A refund of the processor's own invoices is on both sides; one that failed moves twice.
    inner join (
        select
            is_of_processor,
            is_failure

        from (select 0 as is_of_processor union all select 1 as is_of_processor) as places

        cross join (select 0 as is_failure union all select 1 as is_failure) as moves
    ) as sides
        on (
            (sides.is_of_processor = 1 and processor_refunds.is_of_processor)
            or (sides.is_of_processor = 0 and processor_refunds.is_of_billing)
        )
        and (
            sides.is_failure = 0
            or refunds.refund_status in ('failed', 'cancelled')
        )

    left join refund_failures
        on processor_refunds.processor_refund_key = refund_failures.refund_key

    union all

    select
        case when told_by = 'ledger' then 'L' else 'R' end as side,
        told_by || ' dispute entry ' || source_key as leg_key,
        clear_key,
        document_number as natural_key,
        legal_entity_code,
        customer_key,
        case when told_by = 'ledger' then 'fct_ledger_documents' else 'fct_payout_lines' end
            as source_table,
        source_key,
        'disputed money' as document_kind,
        currency,
        functional_currency,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason,
        moved_amount as signed_amount,
        moved_amount_functional as signed_amount_functional,
        moved_on as occurred_on,
        period_month,
        recorded_at

    from dispute_entries

)

select
    'R04' as pair_id,
    side,
    leg_key,
    clear_key,
    natural_key,
    legal_entity_code,
    customer_key,
    source_table,
    source_key,
    document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    currency,
    functional_currency,
    natural_key as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    out_of_scope_reason,
    cast(signed_amount as decimal(18, 4)) as signed_amount,
    cast(signed_amount_functional as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    occurred_on,
    period_month,
    occurred_on as due_on,
    recorded_at

from told
