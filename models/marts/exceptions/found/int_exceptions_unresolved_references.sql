{#- Grain: one document whose rows in one fact name something that is not in the warehouse. -#}
with

-- A discount has no list price; an application may settle a debit memo, which is an adjustment;
-- a ticket names its invoice by number, which the disputes mart looks up.
unresolved as (

    {{ unresolved_references([
        {'table': 'fct_invoices', 'document': 'invoice', 'id': 'source_invoice_id', 'key': 'invoice_key', 'has_customer': True,
         'things': 'subscription customer legal_entity', 'amount': 'total_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_invoice_lines', 'document': 'invoice', 'id': 'source_invoice_id', 'key': 'invoice_key', 'has_customer': False,
         'things': 'invoice product price', 'amount': 'line_amount_reporting', 'date': 'period_month',
         'only': "facts.line_kind <> 'discount'"},
        {'table': 'fct_credit_notes', 'document': 'credit note', 'id': 'source_credit_note_id', 'key': 'credit_note_key', 'has_customer': True,
         'things': 'invoice customer legal_entity', 'amount': 'total_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_credit_note_lines', 'document': 'credit note', 'id': 'source_credit_note_id', 'key': 'credit_note_key', 'has_customer': False,
         'things': 'credit_note invoice_line product', 'amount': 'line_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_payments', 'document': 'payment', 'id': 'source_payment_id', 'key': 'payment_key', 'has_customer': True,
         'things': 'customer legal_entity', 'amount': 'payment_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_refunds', 'document': 'refund', 'id': 'source_refund_id', 'key': 'refund_key', 'has_customer': True,
         'things': 'payment credit_note customer legal_entity', 'amount': 'refund_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_adjustments', 'document': 'adjustment', 'id': 'source_adjustment_id', 'key': 'adjustment_key', 'has_customer': True,
         'things': 'invoice credit_note customer legal_entity', 'amount': 'adjustment_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_document_applications', 'document': 'application', 'id': 'source_document_application_id', 'key': 'document_application_key', 'has_customer': False,
         'things': 'invoice payment credit_note legal_entity', 'amount': 'applied_amount_reporting', 'date': 'period_month',
         'only': 'not exists (select 1 from ' ~ ref('fct_adjustments') ~ ' as memos'
            ~ ' where facts.source_system = memos.source_system'
            ~ ' and facts.source_account = memos.source_account'
            ~ ' and facts.source_invoice_id = memos.source_adjustment_id)'},
        {'table': 'fct_disputes', 'document': 'dispute', 'id': 'source_dispute_id', 'key': 'dispute_key', 'has_customer': True,
         'things': 'payment legal_entity', 'amount': 'disputed_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_payout_lines', 'document': 'payout line', 'id': 'source_payout_line_id', 'key': 'payout_line_key', 'has_customer': False,
         'things': 'payout payment refund dispute legal_entity', 'amount': 'gross_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_payouts', 'document': 'payout', 'id': 'source_payout_id', 'key': 'payout_key', 'has_customer': False,
         'things': 'legal_entity', 'amount': 'payout_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_bank_lines', 'document': 'bank line', 'id': 'source_bank_line_id', 'key': 'bank_line_key', 'has_customer': False,
         'things': 'legal_entity', 'amount': 'line_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_ledger_documents', 'document': 'ledger document', 'id': 'source_ledger_document_id', 'key': 'ledger_document_key', 'has_customer': True,
         'things': 'customer legal_entity', 'amount': 'total_amount_reporting', 'date': 'period_month'},
        {'table': 'fct_journal_lines', 'document': 'ledger document', 'id': 'source_ledger_document_id', 'key': 'ledger_document_key', 'has_customer': True,
         'things': 'ledger_document customer legal_entity', 'amount': 'line_amount_reporting', 'date': 'period_month'},
    ]) }}

)

select
    -- keys
    'unresolved_reference' as check_id,
    legal_entity_code,
    {{ joined_key([
        'source_table', 'source_system', 'source_account', 'source_document_id',
    ]) }} as natural_key,
    customer_key,
    source_table,
    coalesce(source_key, source_document_id) as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    trim(missing_things) as cause_code,
    source_system || ' ' || document_kind || ' ' || coalesce(source_document_id, 'without id')
    || ' names what is not in the warehouse:' || missing_things || ' ('
    || cast(row_count as {{ dbt.type_string() }}) || ' rows of ' || source_table || ')' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down("core.' || source_table || '", {
        'source_system': 'source_system', 'source_account': 'source_account',
    }) }}
    || ' and ' || id_column || ' = ' || {{ as_sql_text('source_document_id') }}
    || ' and not (' || all_resolved || ')' as drill_sql,

    -- measures
    amount_at_risk_reporting,

    -- times
    occurred_on,
    cast(null as date) as due_on

from unresolved
