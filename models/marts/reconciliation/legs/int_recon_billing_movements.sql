{#- Grain: one kind of movement of billing's open items in one legal entity, currency and period. -#}
with

invoices as (

    select * from {{ ref('fct_invoices') }} where invoice_status <> 'draft'

),

document_applications as (

    select * from {{ ref('fct_document_applications') }}

),

adjustments as (

    select * from {{ ref('fct_adjustments') }}
    where adjustment_kind in ('write_off', 'write_off_reversal')

),

adjusted as (

    -- An invoice may be written off by several adjustments.
    select distinct invoice_key, currency from adjustments

),

events as (

    select
        invoice_key,
        'invoices' as movement,
        total_amount as movement_amount,
        coalesce(period_month, {{ month_of('created_on') }}) as period_month

    from invoices

    union all

    select
        document_applications.invoice_key,
        case
            when document_applications.application_kind = 'write_off' then 'write_offs'
            when document_applications.is_reversal then 'applications_reversed'
            when document_applications.application_kind = 'payment' then 'cash_applied'
            when document_applications.application_kind = 'credit_note' then 'credits_applied'
            else 'balance_applied'
        end as movement,
        -document_applications.applied_amount as movement_amount,
        document_applications.period_month

    from document_applications

    inner join invoices
        on document_applications.invoice_key = invoices.invoice_key
        and document_applications.currency = invoices.currency

    left join adjusted
        on document_applications.invoice_key = adjusted.invoice_key
        and document_applications.currency = adjusted.currency

    -- A write-off may be told as an adjustment, as an application or as both: once is enough.
    where document_applications.application_kind <> 'write_off' or adjusted.invoice_key is null

    union all

    select
        adjustments.invoice_key,
        case
            when adjustments.adjustment_kind = 'write_off' then 'write_offs'
            else 'write_offs_reversed'
        end as movement,
        case
            when adjustments.adjustment_kind = 'write_off' then -adjustments.adjustment_amount
            else adjustments.adjustment_amount
        end as movement_amount,
        adjustments.period_month

    from adjustments

    inner join invoices
        on adjustments.invoice_key = invoices.invoice_key
        and adjustments.currency = invoices.currency

),

voided as (

    -- A void takes off what is open then: nothing of the invoice is left.
    select
        invoices.invoice_key,
        'voids' as movement,
        -{{ sum_amount('events.movement_amount') }} as movement_amount,
        coalesce(
            min({{ month_of('invoices.voided_on') }}),
            min(invoices.period_month),
            min({{ month_of('invoices.created_on') }})
        ) as period_month

    from invoices

    inner join events
        on invoices.invoice_key = events.invoice_key

    where invoices.invoice_status = 'void'

    group by invoices.invoice_key

),

moved as (

    select invoice_key, movement, movement_amount, period_month from events
    union all
    select invoice_key, movement, movement_amount, period_month from voided

)

select
    -- keys
    invoices.legal_entity_code,

    -- attributes
    moved.movement,
    invoices.currency,
    invoices.functional_currency,

    -- measures
    {{ sum_amount('moved.movement_amount') }} as movement_amount,

    -- times
    moved.period_month

from moved

inner join invoices
    on moved.invoice_key = invoices.invoice_key

group by
    invoices.legal_entity_code,
    moved.movement,
    invoices.currency,
    invoices.functional_currency,
    moved.period_month
