{#- Grain: one count of stripe rows by table, stage, disposition, amount column and currency. -#}
{{ raw_counts_of('stripe', [
    'customer',
    'product',
    'price',
    'price_tier',
    'subscription',
    'subscription_item',
    'invoice',
    'invoice_line_item',
    'invoice_payment',
    'credit_note',
    'credit_note_line_item',
    'customer_balance_transaction',
    'payment_intent',
    'charge',
    'payment_method',
    'payment_method_card',
    'refund',
    'dispute',
    'balance_transaction',
    'payout',
    'payout_balance_transaction'
]) }}
