{#- Grain: one rate of one purpose from one currency to another over one range of days. -#}
with

rates as (

    select * from {{ ref('fx_rates') }}

),

purposes as (

    select * from {{ ref('fx_purposes') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

policy_rates as (

    select
        purposes.purpose,
        rates.from_currency,
        rates.to_currency,
        rates.valid_from_on,
        rates.valid_before_on,
        rates.valid_from_on as rate_on,
        rates.rate_type,
        rates.exchange_rate

    from rates

    inner join purposes
        on rates.rate_type = purposes.rate_type

),

identities as (

    -- A currency in itself is worth exactly one, on every day.
    select
        purposes.purpose,
        currencies.currency as from_currency,
        currencies.currency as to_currency,
        cast('0001-01-01' as date) as valid_from_on,
        cast('9999-12-31' as date) as valid_before_on,
        cast(null as date) as rate_on,
        'identity' as rate_type,
        cast(1 as decimal(24, 12)) as exchange_rate

    from currencies

    cross join purposes

),

all_rates as (

    select * from policy_rates
    union all
    select * from identities

)

select
    -- keys
    all_rates.purpose,
    all_rates.from_currency,
    all_rates.to_currency,
    all_rates.valid_from_on,
    all_rates.valid_before_on,

    -- attributes
    all_rates.rate_on,
    all_rates.rate_type,
    currencies.units_per_major,

    -- measures
    cast(all_rates.exchange_rate as decimal(24, 12)) as exchange_rate

from all_rates

inner join currencies
    on all_rates.to_currency = currencies.currency
