{#- Grain: one run of numbers that no document of a series has and that nobody reserved. -#}
with

numbers as (

    select * from {{ ref('int_document_numbers') }} where series_place is not null

),

reserved as (

    select * from {{ ref('reserved_document_numbers') }}

),

broken_series as (

    -- Counting tells which series have a gap at all.
    select
        legal_entity_code,
        number_series

    from numbers

    group by legal_entity_code, number_series

    having count(distinct series_place) < max(series_place) - min(series_place) + 1

),

reserved_numbers as (

    -- A reservation stands in the series like one long document.
    select
        broken_series.legal_entity_code,
        broken_series.number_series,
        reserved.first_number,
        reserved.last_number,
        cast(null as {{ dbt.type_string() }}) as document_number,
        cast(null as {{ dbt.type_string() }}) as document_key,
        cast(null as {{ dbt.type_string() }}) as source_table,
        cast(null as {{ dbt.type_string() }}) as number_column,
        0 as digit_count,
        cast(null as date) as issued_on

    from broken_series

    inner join reserved
        on broken_series.legal_entity_code = reserved.legal_entity_code
        and broken_series.number_series = reserved.number_series

),

taken as (

    select
        numbers.legal_entity_code,
        numbers.number_series,
        numbers.series_place as first_number,
        numbers.series_place as last_number,
        numbers.document_number,
        numbers.document_key,
        numbers.source_table,
        numbers.number_column,
        numbers.digit_count,
        numbers.issued_on

    from broken_series

    inner join numbers
        on broken_series.legal_entity_code = numbers.legal_entity_code
        and broken_series.number_series = numbers.number_series

    union all

    select * from reserved_numbers

),

followed as (

    select
        taken.*,
        max(last_number) over (
            partition by legal_entity_code, number_series order by first_number, last_number
            rows between unbounded preceding and current row
        ) as highest_number,
        lead(first_number) over (
            partition by legal_entity_code, number_series order by first_number, last_number
        ) as next_number

    from taken

),

gaps as (

    select
        followed.*,
        highest_number + 1 as first_missing,
        next_number - 1 as last_missing

    from followed

    where next_number > highest_number + 1

)

select
    -- keys
    'number_gap' as check_id,
    gaps.legal_entity_code,
    gaps.number_series || cast(gaps.first_missing as {{ dbt.type_string() }}) as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    coalesce(gaps.source_table, 'fct_invoices') as source_table,
    coalesce(gaps.document_key, gaps.number_series) as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    cast(null as {{ dbt.type_string() }}) as cause_code,
    gaps.number_series || ': ' || cast(gaps.first_missing as {{ dbt.type_string() }}) || ' to '
    || cast(gaps.last_missing as {{ dbt.type_string() }}) || ' ('
    || cast(gaps.last_missing - gaps.first_missing + 1 as {{ dbt.type_string() }})
    || ' numbers) are on no document' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    'select invoice_number as document_number, invoice_key as document_key, issued_on'
    || ' from core.fct_invoices where legal_entity_code = '
    || {{ as_sql_text('gaps.legal_entity_code') }}
    || ' and invoice_number like ' || {{ as_sql_text("gaps.number_series || '%'") }}
    || ' union all select credit_note_number, credit_note_key, issued_on'
    || ' from core.fct_credit_notes where legal_entity_code = '
    || {{ as_sql_text('gaps.legal_entity_code') }}
    || ' and credit_note_number like ' || {{ as_sql_text("gaps.number_series || '%'") }}
    || ' order by document_number' as drill_sql,

    -- measures
    cast(null as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    gaps.issued_on as occurred_on,
    cast(null as date) as due_on

from gaps
