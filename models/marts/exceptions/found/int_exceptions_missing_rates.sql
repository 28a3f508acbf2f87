{#- Grain: one pair of currencies that has no rate on the days of an entity's amounts in one fact. -#}
with

without_rate as (

    {{ amounts_without_rate([
        {'table': 'fct_invoices', 'amount': 'total_amount', 'date': 'issued_on'},
        {'table': 'fct_credit_notes', 'amount': 'total_amount', 'date': 'period_month'},
        {'table': 'fct_adjustments', 'amount': 'adjustment_amount', 'date': 'adjusted_on'},
        {'table': 'fct_payments', 'amount': 'payment_amount', 'date': 'paid_on'},
        {'table': 'fct_refunds', 'amount': 'refund_amount', 'date': 'created_on'},
        {'table': 'fct_disputes', 'amount': 'disputed_amount', 'date': 'opened_on'},
        {'table': 'fct_document_applications', 'amount': 'applied_amount', 'date': 'applied_on'},
        {'table': 'fct_payout_lines', 'amount': 'gross_amount', 'date': 'created_on'},
        {'table': 'fct_payouts', 'amount': 'payout_amount', 'date': 'arrives_on'},
        {'table': 'fct_bank_lines', 'amount': 'line_amount', 'date': 'booked_on'},
        {'table': 'fct_journal_lines', 'amount': 'line_amount', 'date': 'posted_on'},
        {'table': 'fct_ledger_documents', 'amount': 'total_amount', 'date': 'document_on'},
    ]) }}

)

select
    -- keys
    'missing_rate' as check_id,
    legal_entity_code,
    {{ joined_key([
        'purpose', 'from_currency', 'to_currency', 'source_table',
    ]) }} as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    source_table,
    from_currency as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    purpose as cause_code,
    cast(row_count as {{ dbt.type_string() }}) || ' rows of ' || source_table || ', together '
    || cast(unconverted_amount as {{ dbt.type_string() }}) || ' ' || from_currency
    || ', have no ' || purpose || ' rate to ' || to_currency || ' between '
    || coalesce(cast(first_on as {{ dbt.type_string() }}), 'no day') || ' and '
    || coalesce(cast(last_on as {{ dbt.type_string() }}), 'no day') as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    'select * from core.' || source_table || ' where legal_entity_code = '
    || {{ as_sql_text('legal_entity_code') }} || ' and currency = ' || {{ as_sql_text('from_currency') }}
    || ' and ' || amount_column || ' <> 0 and ' || amount_column || '_' || purpose || ' is null' as drill_sql,

    -- measures
    cast(null as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    first_on as occurred_on,
    cast(null as date) as due_on

from without_rate
