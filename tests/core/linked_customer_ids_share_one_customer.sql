{{ config(group='core') }}
-- Law: two ids with evidence that they are one customer carry one customer_key (the spread of
-- labels
-- reached every end).
select
    evidence.left_key,
    evidence.right_key

from {{ ref('int_customer_evidence') }} as evidence

inner join {{ ref('bridge_customer_ids') }} as left_ids
    on evidence.left_key = left_ids.customer_id_key

inner join {{ ref('bridge_customer_ids') }} as right_ids
    on evidence.right_key = right_ids.customer_id_key

where left_ids.customer_key <> right_ids.customer_key
