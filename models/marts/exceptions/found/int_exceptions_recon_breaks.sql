{#- Grain: one group of documents that two systems do not agree about, or one thing wrong with it. -#}
with

open_breaks as (

    select
        *,
        break_shape = 'attribute' as is_attribute,
        case when break_shape = 'attribute' then break_code else 'amount' end as axis

    from {{ ref('recon_breaks') }}

    where break_status = 'open'

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

gathered as (

    -- A group may be open in several months: it is one thing to do, and its sum is at risk.
    select
        pair_id,
        recon_group_key,
        axis,
        is_attribute,
        legal_entity_code,
        currency,
        break_code,
        is_self_clearing,
        min(natural_key) as document_key,
        min(severity) as severity_code,
        min(owner) as owner_code,
        min(evidence) as evidence,
        min(next_step) as next_step,
        min(break_key) as break_key,
        cast(abs(sum(residual_amount)) as decimal(18, 4)) as residual_amount,
        min(first_occurred_on) as occurred_on,
        min(sla_due_on) as due_on

    from open_breaks

    group by
        pair_id, recon_group_key, axis, is_attribute, legal_entity_code, currency, break_code,
        is_self_clearing

),

overdue as (

    -- What clears by itself (on its way between two systems, or a message that is tried again) is
    -- normal until its time is over (recon_break_codes).
    select gathered.*

    from gathered

    cross join run_dates

    where not coalesce(gathered.is_self_clearing, false) or gathered.due_on < run_dates.as_of_date

)

select
    -- keys
    'recon_' || lower(overdue.pair_id) as check_id,
    overdue.legal_entity_code,
    {{ joined_key(['overdue.recon_group_key', 'overdue.axis']) }} as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'recon_breaks' as source_table,
    overdue.break_key as source_key,

    -- attributes
    overdue.severity_code,
    overdue.owner_code,
    overdue.break_code as cause_code,
    overdue.document_key || ', ' || pairs.pair_name || ': '
    || coalesce(overdue.evidence, overdue.break_code) as evidence,
    overdue.next_step,
    case
        when overdue.is_attribute
            then {{ drill_down('marts.recon_break_legs', {'break_key': 'overdue.break_key'}) }}
        else
            'select legs.* from marts.recon_break_legs as legs'
            || ' inner join marts.recon_breaks as breaks on legs.break_key = breaks.break_key'
            || ' where breaks.break_status = ''open'' and breaks.break_shape <> ''attribute'''
            || ' and breaks.recon_group_key = ' || {{ as_sql_text('overdue.recon_group_key') }}
    end as drill_sql,

    -- measures
    case
        when pairs.measured_in = 'money' and not overdue.is_attribute
            then cast(
                {{ convert_amount(
                    'overdue.residual_amount', 'exchange_rates.exchange_rate',
                    'exchange_rates.units_per_major'
                ) }} as decimal(38, 4)
            )
    end as amount_at_risk_reporting,

    -- times
    overdue.occurred_on,
    overdue.due_on

from overdue

inner join pairs
    on overdue.pair_id = pairs.pair_id

left join exchange_rates
    on overdue.currency = exchange_rates.from_currency
    and exchange_rates.to_currency = '{{ var("reporting_currency") }}'
    and exchange_rates.purpose = 'reporting_flows'
    and overdue.occurred_on >= exchange_rates.valid_from_on
    and overdue.occurred_on < exchange_rates.valid_before_on
