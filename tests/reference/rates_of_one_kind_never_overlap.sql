-- Law: on any day there is at most one rate of a type between two currencies; two would multiply
-- facts.
select
    earlier.rate_type,
    earlier.from_currency,
    earlier.to_currency,
    earlier.valid_from_on

from {{ ref('fx_rates') }} as earlier

inner join {{ ref('fx_rates') }} as later
    on earlier.rate_type = later.rate_type
    and earlier.from_currency = later.from_currency
    and earlier.to_currency = later.to_currency
    and (
        earlier.valid_from_on < later.valid_from_on
        or (earlier.valid_from_on = later.valid_from_on and earlier.valid_before_on < later.valid_before_on)
    )
    and earlier.valid_before_on > later.valid_from_on
