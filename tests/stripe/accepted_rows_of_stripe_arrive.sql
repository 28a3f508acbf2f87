{{ config(group='ingestion') }}
-- Law: what staging accepted of stripe and a mapping takes is in that mapping, once, with its amount.
{{ accepted_rows_arrive('stripe', [
    'customer', 'product', 'price', 'price_tier', 'subscription', 'subscription_item', 'invoice',
    'invoice_line_item', 'invoice_payment', 'credit_note', 'credit_note_line_item',
    'customer_balance_transaction', 'payment_intent', 'charge', 'payment_method',
    'payment_method_card', 'refund', 'dispute', 'balance_transaction', 'payout',
    'payout_balance_transaction',
]) }}
