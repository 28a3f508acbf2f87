{{ config(group='core') }}
-- Law (domain D1): a posted amount is a whole number of its currency's minor unit.
{{ amounts_not_whole([
    ('fct_invoices', 'total_amount', 'currency'), ('fct_invoice_lines', 'line_amount', 'currency'),
    ('fct_credit_notes', 'total_amount', 'currency'), ('fct_payments', 'payment_amount', 'currency'),
    ('fct_document_applications', 'applied_amount', 'currency'), ('fct_refunds', 'refund_amount', 'currency'),
    ('fct_disputes', 'disputed_amount', 'currency'), ('fct_payout_lines', 'net_amount', 'currency'),
    ('fct_payouts', 'payout_amount', 'currency'), ('fct_bank_lines', 'line_amount', 'currency'),
    ('fct_ledger_documents', 'total_amount', 'currency'),
    ('fct_invoices', 'total_amount_functional', 'functional_currency'),
    ('fct_payments', 'payment_amount_functional', 'functional_currency'),
]) }}
