{#- Grain: what is open on one document from one day until it moves again, as known today. -#}
with

receivable_events as (

    select * from {{ ref('fct_receivable_events') }} where known_before_at is null

),

moved as (

    -- An event without a date was there from the start, for all that is known.
    select
        receivable_kind,
        document_key,
        max(customer_key) as customer_key,
        max(legal_entity_code) as legal_entity_code,
        max(currency) as currency,
        max(functional_currency) as functional_currency,
        max(fx_rate) as fx_rate,
        coalesce(occurred_on, cast('0001-01-01' as date)) as open_from_on,
        sum(event_amount) as moved_amount

    from receivable_events

    group by receivable_kind, document_key, coalesce(occurred_on, cast('0001-01-01' as date))

),

balances as (

    select
        moved.*,
        sum(moved_amount) over (
            partition by receivable_kind, document_key order by open_from_on
        ) as open_amount,
        lead(open_from_on, 1, cast('9999-12-31' as date)) over (
            partition by receivable_kind, document_key order by open_from_on
        ) as open_before_on

    from moved

)

select
    -- keys
    document_key,
    customer_key,
    legal_entity_code,

    -- attributes
    receivable_kind,
    currency,
    functional_currency,

    -- measures
    cast(open_amount as decimal(18, 4)) as open_amount,
    fx_rate,

    -- times
    open_from_on,
    open_before_on

from balances

where open_amount <> 0
