{#- Grain: one leg of R13: the rows of one raw table of one account as its sender declares them (left)
    or as staging has them, whatever became of them (right). -#}
with

raw_counts as (

    select * from {{ ref('fct_raw_counts') }} where amount_column = '(rows)'

),

entities as (

    -- The account's own entity where it has one; accounts of many entities belong to none.
    select
        source_system,
        source_account,
        legal_entity_code

    from {{ ref('legal_entity_map') }}

    where source_entity_id = 'default'

),

tables as (

    select
        source_system,
        source_account,
        raw_table,
        sum(case when count_stage = 'declared' then row_count end) as declared_count,
        -- Lines that could not be split are no rows, but they came; an empty file is staged as nothing.
        sum(
            case
                when count_stage in ('staged', 'rejected') then row_count
                when count_stage = 'landed' then 0
            end
        ) as staged_count

    from raw_counts

    group by source_system, source_account, raw_table

),

sides as (

    select
        'L' as side,
        'declared rows' as document_kind,
        declared_count as row_count,
        source_system,
        source_account,
        raw_table,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason

    from tables

    where declared_count is not null

    union all

    select
        'R' as side,
        'staged rows' as document_kind,
        staged_count as row_count,
        source_system,
        source_account,
        raw_table,
        case when declared_count is null then 'its sender does not say how many rows were sent' end
            as out_of_scope_reason

    from tables

    where staged_count is not null

)

select
    'R13' as pair_id,
    sides.side,
    sides.document_kind || ' of ' || sides.source_system || ' ' || sides.source_account || ' '
    || sides.raw_table as leg_key,
    sides.source_system || ' ' || sides.source_account || ' ' || sides.raw_table as clear_key,
    sides.source_system || '/' || sides.source_account || '/' || sides.raw_table as natural_key,
    coalesce(entities.legal_entity_code, 'unassigned') as legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_raw_counts' as source_table,
    sides.source_system || '/' || sides.source_account || '/' || sides.raw_table as source_key,
    sides.document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    'XXX' as currency,
    cast(null as {{ dbt.type_string() }}) as functional_currency,
    cast(null as {{ dbt.type_string() }}) as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    sides.out_of_scope_reason,
    cast(sides.row_count as decimal(18, 4)) as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    {{ as_of_date() }} as occurred_on,
    cast({{ dbt.date_trunc('month', as_of_date()) }} as date) as period_month,
    {{ as_of_date() }} as due_on,
    cast(null as timestamp) as recorded_at

from sides

left join entities
    on sides.source_system = entities.source_system
    and sides.source_account = entities.source_account
