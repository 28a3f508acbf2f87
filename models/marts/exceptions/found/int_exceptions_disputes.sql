{#- Grain: one dispute whose evidence is due soon, or was due and was not sent. -#}
with

disputes as (

    select * from {{ ref('fct_disputes') }} where evidence_due_on is not null

),

deadlines as (

    select * from {{ ref('dispute_deadlines') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

waiting as (

    -- The states of the seed wait for us: evidence that was sent moves a dispute out of them.
    select
        disputes.*,
        case
            when disputes.evidence_due_on < run_dates.as_of_date then 'dispute_evidence_overdue'
            when
                disputes.evidence_due_on
                <= {{ dbt.dateadd('day', 'deadlines.warn_days', 'run_dates.as_of_date') }}
                then 'dispute_evidence_due'
        end as check_id

    from disputes

    inner join deadlines
        on disputes.dispute_kind = deadlines.dispute_kind
        and disputes.dispute_status = deadlines.dispute_status
        and disputes.opened_on >= deadlines.valid_from_on
        and disputes.opened_on < deadlines.valid_before_on

    cross join run_dates

    where disputes.closed_on is null

)

select
    -- keys
    check_id,
    legal_entity_code,
    {{ joined_key(['source_system', 'source_account', 'source_dispute_id']) }} as natural_key,
    customer_key,
    'fct_disputes' as source_table,
    dispute_key as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    reason_code as cause_code,
    source_dispute_id || ' (' || dispute_kind || ', ' || dispute_status || '): evidence due '
    || cast(evidence_due_on as {{ dbt.type_string() }}) as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down('core.fct_disputes', {'dispute_key': 'dispute_key'}) }} as drill_sql,

    -- measures
    cast(abs(disputed_amount_reporting) as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    opened_on as occurred_on,
    evidence_due_on as due_on

from waiting

where check_id is not null
