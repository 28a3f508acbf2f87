{#- Grain: one document number that several documents of one legal entity have. -#}
with

numbers as (

    select * from {{ ref('int_document_numbers') }}

),

repeated as (

    select
        legal_entity_code,
        document_number,
        min(source_table) as source_table,
        min(number_column) as number_column,
        min(document_key) as document_key,
        case when count(distinct customer_key) = 1 then min(customer_key) end as customer_key,
        count(*) as document_count,
        cast(sum(abs(total_amount_reporting)) as decimal(38, 4)) as amount_at_risk_reporting,
        min(issued_on) as issued_on

    from numbers

    group by legal_entity_code, document_number

    having count(*) > 1

)

select
    -- keys
    'number_twice' as check_id,
    legal_entity_code,
    document_number as natural_key,
    customer_key,
    source_table,
    document_key as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    cast(null as {{ dbt.type_string() }}) as cause_code,
    document_number || ' is the number of ' || cast(document_count as {{ dbt.type_string() }})
    || ' documents' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    'select invoice_number as document_number, invoice_key as document_key, issued_on, total_amount'
    || ' from core.fct_invoices where legal_entity_code = ' || {{ as_sql_text('legal_entity_code') }}
    || ' and invoice_number = ' || {{ as_sql_text('document_number') }}
    || ' union all select credit_note_number, credit_note_key, issued_on, total_amount'
    || ' from core.fct_credit_notes where legal_entity_code = '
    || {{ as_sql_text('legal_entity_code') }}
    || ' and credit_note_number = ' || {{ as_sql_text('document_number') }} as drill_sql,

    -- measures
    amount_at_risk_reporting,

    -- times
    issued_on as occurred_on,
    cast(null as date) as due_on

from repeated
