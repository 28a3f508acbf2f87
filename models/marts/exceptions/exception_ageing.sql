{#- Grain: the unresolved exceptions of one age at the end of one day, of one check, severity, owner,
    cause and legal entity. -#}
with

aged as (

    select * from {{ ref('int_exceptions_aged') }}

),

age_buckets as (

    select * from {{ ref('exception_age_buckets') }}

)

select
    -- keys
    aged.queue_on,
    aged.check_id,
    aged.severity,
    aged.owner,
    aged.cause_code,
    aged.legal_entity_code,
    age_buckets.age_bucket,

    -- attributes
    age_buckets.bucket_order,

    -- measures
    {{ count_where('not aged.is_hidden', 'aged.exception_count') }} as open_count,
    {{ count_where('aged.is_hidden', 'aged.exception_count') }} as hidden_count,
    cast(sum(aged.unpriced_count) as bigint) as unpriced_count,
    {{ sum_amount('case when not aged.is_hidden then aged.amount_at_risk_reporting end') }}
        as open_amount_reporting,
    {{ sum_amount('case when aged.is_hidden then aged.amount_at_risk_reporting end') }}
        as hidden_amount_reporting

from aged

inner join age_buckets
    on aged.age_days >= age_buckets.from_days
    and aged.age_days < age_buckets.before_days

group by
    aged.queue_on,
    aged.check_id,
    aged.severity,
    aged.owner,
    aged.cause_code,
    aged.legal_entity_code,
    age_buckets.age_bucket,
    age_buckets.bucket_order
