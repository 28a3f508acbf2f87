{#- TEMP -#}
select
    e.legal_entity_code,
    d.date_on as calendar_on,
    cast(count(case when extract(isodow from d.date_on) < 6 then 1 end) over (partition by e.legal_entity_code order by d.date_on) as int) as business_day_number
from {{ ref('dim_dates') }} as d cross join {{ ref('dim_legal_entities') }} as e
