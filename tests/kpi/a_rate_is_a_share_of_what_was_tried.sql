{{ config(group='kpi') }}
-- Law: the numerator is part of the denominator, and a rate is unknown exactly where there is
-- nothing
-- to count.
select
    kpi_id,
    legal_entity_code,
    period_month

from {{ ref('kpi_observations') }}

where
    numerator > denominator
    or numerator < 0
    or (denominator = 0) <> (value is null)
