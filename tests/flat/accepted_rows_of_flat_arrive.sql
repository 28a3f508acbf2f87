{{ config(group='ingestion') }}
-- Law: what staging accepted of flat and a mapping takes is in that mapping, once, with its amount.
{{ accepted_rows_arrive('flat', [
    'customers', 'customer_links', 'products', 'prices', 'price_tiers', 'contracts',
    'contract_lines', 'contract_amendments', 'subscriptions', 'subscription_items', 'usage_events',
    'rated_usage', 'usage_manifests', 'billing_runs', 'invoices', 'invoice_lines', 'invoice_taxes',
    'credit_notes', 'credit_note_lines', 'payment_attempts', 'payments', 'document_applications',
    'adjustments', 'approvals', 'refunds', 'disputes', 'dispute_events', 'promises_to_pay',
    'dunning_events', 'payout_lines', 'payouts', 'bank_lines', 'ledger_documents',
    'ledger_applications', 'journal_lines', 'balances', 'opening_positions', 'fiscal_periods',
    'booked_rates', 'work_items', 'work_item_events', 'sync_messages', 'config_changes',
    'test_results',
]) }}
