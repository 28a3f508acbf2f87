{#- Grain: one rate of one purpose from one currency to another over one range of days. -#}
with

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

)

select
    -- keys
    purpose,
    from_currency,
    to_currency,
    valid_from_on,
    valid_before_on,

    -- attributes
    rate_on,
    rate_type,
    units_per_major,

    -- measures
    exchange_rate

from currency_rates
