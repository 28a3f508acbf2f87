{#- Grain: one rule of approval that one manual credit breaks. -#}
with

credits as (

    select * from {{ ref('int_manual_credits') }}

),

summed as (

    -- The credit itself and those of the same customer in the days before it.
    select
        credits.subject_kind,
        credits.credit_key,
        sum(earlier.credit_amount) as summed_amount,
        count(*) as credit_count

    from credits

    inner join credits as earlier
        on credits.legal_entity_code = earlier.legal_entity_code
        and credits.customer_key = earlier.customer_key
        and credits.currency = earlier.currency
        and earlier.credited_on <= credits.credited_on
        and earlier.credited_on
        >= cast({{ dbt.dateadd('day', '-credits.split_days', 'credits.credited_on') }} as date)

    where earlier.credit_amount <= earlier.limit_amount

    group by credits.subject_kind, credits.credit_key, credits.credit_amount, credits.limit_amount

    having
        count(*) > 1
        and credits.credit_amount <= credits.limit_amount
        and sum(earlier.credit_amount) > credits.limit_amount

)

select
    subject_kind,
    credit_key,
    'credit_not_approved' as check_id,
    'made by ' || coalesce(made_by, 'nobody known') || ', approved by nobody' as evidence

from credits

where approval_count = 0

union all

select
    subject_kind,
    credit_key,
    'credit_self_approved' as check_id,
    'made and approved by ' || coalesce(made_by, first_approver) as evidence

from credits

where is_self_approved

union all

select
    subject_kind,
    credit_key,
    'credit_approved_late' as check_id,
    'posted ' || cast(credited_on as {{ dbt.type_string() }}) || ', approved '
    || cast(approved_on as {{ dbt.type_string() }}) || ' by ' || first_approver as evidence

from credits

where approval_count > 0 and is_approved_late

union all

select
    subject_kind,
    credit_key,
    case when credit_amount > limit_amount then 'credit_over_limit' else 'credit_near_limit' end
        as check_id,
    cast(credit_amount as {{ dbt.type_string() }}) || ' ' || currency || ', limit of '
    || last_approver || ' ' || cast(limit_amount as {{ dbt.type_string() }}) as evidence

from credits

where credit_amount * 10000 >= limit_amount * near_limit_bps

union all

select
    credits.subject_kind,
    credits.credit_key,
    'credit_split' as check_id,
    cast(summed.credit_count as {{ dbt.type_string() }}) || ' credits within '
    || cast(credits.split_days as {{ dbt.type_string() }}) || ' days, together '
    || cast(summed.summed_amount as {{ dbt.type_string() }}) || ' ' || credits.currency
    || ', limit ' || cast(credits.limit_amount as {{ dbt.type_string() }}) as evidence

from summed

inner join credits
    on summed.subject_kind = credits.subject_kind
    and summed.credit_key = credits.credit_key
