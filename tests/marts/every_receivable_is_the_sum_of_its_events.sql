{{ config(group='marts') }}
-- Law: what the events known today leave open on an invoice is what the fact says; the invoices open at
-- a month's end add up to the closing of the roll-forward, of all customers and of each; and the ageing
-- holds every one of them once, by either date.
with

receivable_events as (

    select * from {{ ref('fct_receivable_events') }}
    where receivable_kind = 'open_items' and known_before_at is null

),

left_open as (

    select
        invoice_key,
        {{ sum_amount('event_amount') }} as open_amount

    from receivable_events

    group by invoice_key

),

closings as (

    select
        rollforward.legal_entity_code,
        rollforward.currency,
        rollforward.period_month,
        {{ sum_amount('rollforward.movement_amount') }} as closing_amount

    from {{ ref('recon_receivables_rollforward') }} as rollforward

    where rollforward.form = 'open_items' and rollforward.movement = 'closing'

    group by rollforward.legal_entity_code, rollforward.currency, rollforward.period_month

),

customers_closings as (

    select
        legal_entity_code,
        currency,
        period_month,
        {{ sum_amount('closing_amount') }} as closing_amount,
        {{ sum_amount(
            'opening_amount + invoiced_amount + credits_applied_amount + cash_applied_amount'
            ' + balance_applied_amount + applications_reversed_amount + write_offs_amount'
            ' + write_offs_reversed_amount + voids_amount - closing_amount'
        ) }} as difference_amount

    from {{ ref('receivables_rollforward') }}

    group by legal_entity_code, currency, period_month

),

ageing_days as (

    -- A month that is not over on the last of the days has no month's end yet.
    select distinct
        aged_on,
        {{ month_of('aged_on') }} as period_month

    from {{ ref('receivables_open_items') }}

    where {{ month_of('aged_on') }} <> {{ month_of(day_after('aged_on')) }}

),

aged as (

    select
        legal_entity_code,
        currency,
        aged_on,
        {{ sum_amount("case when age_basis = 'due_date' then open_amount + negative_items_amount end") }}
            as by_due_date_amount,
        {{ sum_amount("case when age_basis = 'invoice_date' then open_amount + negative_items_amount end") }}
            as by_invoice_date_amount

    from {{ ref('receivables_ageing') }}

    group by legal_entity_code, currency, aged_on

),

compared as (

    select
        closings.legal_entity_code,
        closings.currency,
        ageing_days.period_month,
        closings.closing_amount,
        coalesce(customers_closings.closing_amount, 0) as customers_closing_amount,
        coalesce(customers_closings.difference_amount, 0) as difference_amount,
        coalesce(aged.by_due_date_amount, 0) as by_due_date_amount,
        coalesce(aged.by_invoice_date_amount, 0) as by_invoice_date_amount

    from ageing_days

    inner join closings
        on ageing_days.period_month = closings.period_month

    left join customers_closings
        on closings.legal_entity_code = customers_closings.legal_entity_code
        and closings.currency = customers_closings.currency
        and closings.period_month = customers_closings.period_month

    left join aged
        on closings.legal_entity_code = aged.legal_entity_code
        and closings.currency = aged.currency
        and ageing_days.aged_on = aged.aged_on

)

select
    'an invoice' as subject,
    invoices.invoice_key as subject_key,
    invoices.open_amount as expected_amount,
    coalesce(left_open.open_amount, 0) as found_amount

from {{ ref('fct_invoices') }} as invoices

left join left_open
    on invoices.invoice_key = left_open.invoice_key

where invoices.open_amount <> coalesce(left_open.open_amount, 0)

union all

select
    'a month' as subject,
    legal_entity_code || ' ' || currency || ' ' || cast(period_month as {{ dbt.type_string() }})
        as subject_key,
    closing_amount as expected_amount,
    by_due_date_amount as found_amount

from compared

where
    closing_amount <> customers_closing_amount
    or closing_amount <> by_due_date_amount
    or closing_amount <> by_invoice_date_amount
    or difference_amount <> 0
