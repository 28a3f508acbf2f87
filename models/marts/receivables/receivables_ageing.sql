{#- Grain: what one customer owes one legal entity in one currency and one age bucket, on one day, aged
    by due date or by invoice date. -#}
with

open_items as (

    select * from {{ ref('receivables_open_items') }}

),

balances as (

    select * from {{ ref('int_receivable_balances') }} where receivable_kind <> 'open_items'

),

ageing_days as (

    select * from {{ ref('int_ageing_days') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

buckets as (

    select * from {{ ref('receivables_age_buckets') }}

),

aged as (

    select 'due_date' as age_basis, due_age_bucket as age_bucket, open_items.* from open_items
    union all
    select 'invoice_date' as age_basis, invoice_age_bucket as age_bucket, open_items.* from open_items

),

unapplied as (

    select
        ageing_days.aged_on,
        balances.legal_entity_code,
        balances.currency,
        balances.functional_currency,
        balances.customer_key,
        {{ sum_amount("case when balances.receivable_kind = 'unapplied_cash' then balances.open_amount end") }}
            as unapplied_cash_amount,
        {{ sum_amount("case when balances.receivable_kind = 'unapplied_credits' then balances.open_amount end") }}
            as unapplied_credits_amount

    from balances

    inner join ageing_days
        on balances.open_from_on <= ageing_days.aged_on
        and balances.open_before_on > ageing_days.aged_on

    group by
        ageing_days.aged_on,
        balances.legal_entity_code,
        balances.currency,
        balances.functional_currency,
        balances.customer_key

),

bases as (

    select 'due_date' as age_basis
    union all
    select 'invoice_date' as age_basis

),

parts as (

    select
        age_basis,
        age_bucket,
        customer_key,
        legal_entity_code,
        currency,
        functional_currency,
        1 as open_count,
        case when open_amount > 0 then open_amount else 0 end as open_amount,
        case when open_amount > 0 then open_amount_functional else 0 end as open_amount_functional,
        disputed_amount,
        promised_amount,
        case when open_amount < 0 then open_amount else 0 end as negative_items_amount,
        0 as unapplied_cash_amount,
        0 as unapplied_credits_amount,
        aged_on

    from aged

    union all

    select
        bases.age_basis,
        'unapplied' as age_bucket,
        unapplied.customer_key,
        unapplied.legal_entity_code,
        unapplied.currency,
        unapplied.functional_currency,
        0 as open_count,
        0 as open_amount,
        0 as open_amount_functional,
        0 as disputed_amount,
        0 as promised_amount,
        0 as negative_items_amount,
        unapplied.unapplied_cash_amount,
        unapplied.unapplied_credits_amount,
        unapplied.aged_on

    from unapplied

    cross join bases

),

summed as (

    select
        age_basis,
        age_bucket,
        coalesce(customer_key, 'unassigned') as customer_key,
        legal_entity_code,
        currency,
        max(functional_currency) as functional_currency,
        cast(sum(open_count) as int) as open_count,
        {{ sum_amount('open_amount') }} as open_amount,
        -- One amount without a rate, and the sum is not known.
        case when count(open_amount_functional) = count(*) then sum(open_amount_functional) end
            as open_amount_functional,
        {{ sum_amount('disputed_amount') }} as disputed_amount,
        {{ sum_amount('promised_amount') }} as promised_amount,
        {{ sum_amount('negative_items_amount') }} as negative_items_amount,
        {{ sum_amount('unapplied_cash_amount') }} as unapplied_cash_amount,
        {{ sum_amount('unapplied_credits_amount') }} as unapplied_credits_amount,
        aged_on

    from parts

    group by
        age_basis,
        age_bucket,
        coalesce(customer_key, 'unassigned'),
        legal_entity_code,
        currency,
        aged_on

)

select
    -- keys
    summed.customer_key,
    customers.parent_customer_key,
    summed.legal_entity_code,

    -- attributes
    summed.age_basis,
    summed.age_bucket,
    buckets.bucket_order,
    summed.aged_on = {{ as_of_date() }} as is_latest,
    summed.currency,
    summed.functional_currency,

    -- measures
    summed.open_count,
    summed.open_amount,
    cast(summed.open_amount_functional as decimal(38, 4)) as open_amount_functional,
    summed.disputed_amount,
    summed.promised_amount,
    summed.negative_items_amount,
    summed.unapplied_cash_amount,
    summed.unapplied_credits_amount,

    -- times
    summed.aged_on

from summed

left join buckets
    on summed.age_bucket = buckets.age_bucket

left join customers
    on summed.customer_key = customers.customer_key
