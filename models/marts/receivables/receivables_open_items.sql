{#- Grain: one invoice that is open on one day to which receivables are aged. -#}
with

balances as (

    select * from {{ ref('int_receivable_balances') }} where receivable_kind = 'open_items'

),

ageing_days as (

    select * from {{ ref('int_ageing_days') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

claims as (

    select * from {{ ref('int_receivable_claims') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

buckets as (

    select * from {{ ref('receivables_age_buckets') }}

),

claimed as (

    -- Summed before the join: two claims may not multiply an invoice.
    select
        ageing_days.aged_on,
        claims.invoice_key,
        {{ sum_amount("case when claims.claim_kind = 'dispute' then claims.claimed_amount end") }}
            as disputed_amount,
        {{ sum_amount("case when claims.claim_kind = 'promise' then claims.claimed_amount end") }}
            as promised_amount

    from ageing_days

    inner join claims
        on ageing_days.aged_on >= claims.claimed_from_on
        and ageing_days.aged_on < claims.claimed_before_on

    group by ageing_days.aged_on, claims.invoice_key

),

open_invoices as (

    select
        ageing_days.aged_on,
        balances.document_key as invoice_key,
        invoices.customer_key,
        customers.parent_customer_key,
        balances.legal_entity_code,
        invoices.source_system,
        invoices.invoice_number,
        balances.currency,
        balances.functional_currency,
        balances.open_amount,
        balances.fx_rate,
        coalesce(invoices.issued_on, invoices.created_on) as issued_on,
        case
            when invoices.due_on is not null then 'document'
            when customers.payment_terms_days is not null then 'terms'
            else 'none'
        end as due_date_source,
        invoices.due_on as stated_due_on,
        customers.payment_terms_days

    from balances

    inner join ageing_days
        on balances.open_from_on <= ageing_days.aged_on
        and balances.open_before_on > ageing_days.aged_on

    inner join invoices
        on balances.document_key = invoices.invoice_key

    left join customers
        on invoices.customer_key = customers.customer_key

),

dated as (

    select
        open_invoices.*,
        coalesce(
            stated_due_on, cast({{ dbt.dateadd('day', 'payment_terms_days', 'issued_on') }} as date)
        ) as due_on

    from open_invoices

),

aged as (

    select
        dated.*,
        {{ days_between('dated.due_on', 'dated.aged_on') }} as overdue_days,
        {{ days_between('dated.issued_on', 'dated.aged_on') }} as invoice_days,
        coalesce(claimed.disputed_amount, 0) as claimed_disputed_amount,
        coalesce(claimed.promised_amount, 0) as claimed_promised_amount

    from dated

    left join claimed
        on dated.invoice_key = claimed.invoice_key
        and dated.aged_on = claimed.aged_on

)

select
    -- keys
    aged.invoice_key,
    aged.customer_key,
    aged.parent_customer_key,
    aged.source_system,
    aged.legal_entity_code,

    -- attributes
    aged.invoice_number,
    aged.due_date_source,
    -- What is open the wrong way round is the customer's, and hides in no bucket.
    case
        when aged.open_amount < 0 then 'unapplied'
        else coalesce(due_buckets.age_bucket, 'no date')
    end as due_age_bucket,
    case
        when aged.open_amount < 0 then 'unapplied'
        else coalesce(invoice_buckets.age_bucket, 'no date')
    end as invoice_age_bucket,
    aged.overdue_days,
    aged.invoice_days,
    aged.currency,
    aged.functional_currency,

    -- measures
    aged.open_amount,
    {{ convert_amount('aged.open_amount', 'aged.fx_rate', 'currencies.units_per_major') }}
        as open_amount_functional,
    cast(least(aged.claimed_disputed_amount, greatest(aged.open_amount, 0)) as decimal(18, 4))
        as disputed_amount,
    cast(least(aged.claimed_promised_amount, greatest(aged.open_amount, 0)) as decimal(18, 4))
        as promised_amount,

    -- times
    aged.issued_on,
    aged.due_on,
    aged.aged_on

from aged

left join currencies
    on aged.functional_currency = currencies.currency

left join buckets as due_buckets
    on aged.overdue_days >= due_buckets.from_days
    and aged.overdue_days < due_buckets.before_days

left join buckets as invoice_buckets
    on aged.invoice_days >= invoice_buckets.from_days
    and aged.invoice_days < invoice_buckets.before_days
