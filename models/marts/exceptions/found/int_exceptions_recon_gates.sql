{#- Grain: one pair, legal entity and currency whose gate blocks and that has no open break. -#}
with

summaries as (

    select * from {{ ref('recon_summary') }} where gate_status = 'block'

),

open_breaks as (

    -- A pair has many breaks; that there is one is enough.
    select distinct
        pair_id,
        legal_entity_code,
        currency

    from {{ ref('recon_breaks') }}

    where break_status = 'open'

),

unexplained as (

    select
        summaries.pair_id,
        summaries.legal_entity_code,
        summaries.currency,
        min(summaries.pair_name) as pair_name,
        count(*) as month_count,
        min(summaries.period_month) as first_month

    from summaries

    left join open_breaks
        on summaries.pair_id = open_breaks.pair_id
        and summaries.legal_entity_code = open_breaks.legal_entity_code
        and summaries.currency = open_breaks.currency

    -- What a break says already is not said twice.
    where open_breaks.pair_id is null

    group by summaries.pair_id, summaries.legal_entity_code, summaries.currency

)

select
    -- keys
    'recon_gate' as check_id,
    legal_entity_code,
    {{ joined_key(['pair_id', 'currency']) }} as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'recon_summary' as source_table,
    pair_id as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    pair_id as cause_code,
    pair_name || ', ' || currency || ': blocked in '
    || cast(month_count as {{ dbt.type_string() }}) || ' months without an open break' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down('marts.recon_summary', {
        'gate_status': "'block'", 'pair_id': 'pair_id', 'legal_entity_code': 'legal_entity_code',
        'currency': 'currency',
    }) }} as drill_sql,

    -- measures
    cast(null as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    first_month as occurred_on,
    cast(null as date) as due_on

from unexplained
