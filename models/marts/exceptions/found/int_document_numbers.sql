{#- Grain: one document that has a number, with the series and the place that the number says. -#}
with

documents as (

    select
        invoice_key as document_key,
        'fct_invoices' as source_table,
        'invoice_number' as number_column,
        legal_entity_code,
        customer_key,
        invoice_number as document_number,
        total_amount_reporting,
        coalesce(issued_on, created_on) as issued_on

    from {{ ref('fct_invoices') }}

    where invoice_number is not null

    union all

    select
        credit_note_key as document_key,
        'fct_credit_notes' as source_table,
        'credit_note_number' as number_column,
        legal_entity_code,
        customer_key,
        credit_note_number as document_number,
        total_amount_reporting,
        coalesce(issued_on, created_on) as issued_on

    from {{ ref('fct_credit_notes') }}

    where credit_note_number is not null

),

split as (

    select
        documents.*,
        {{ digits_at_end('document_number') }} as digits

    from documents

)

select
    -- keys
    document_key,
    source_table,
    number_column,
    legal_entity_code,
    customer_key,

    -- attributes
    document_number,
    substr(document_number, 1, length(document_number) - length(digits)) as number_series,
    length(digits) as digit_count,

    -- measures
    -- Longer runs of digits are ids, not places in a series.
    case when length(digits) between 1 and 12 then cast(digits as bigint) end as series_place,
    total_amount_reporting,

    -- times
    issued_on

from split
