{#- Grain: one raw row of zuora that could not be used. -#}
{{ quarantined_rows_of('zuora', [
    'account',
    'contact',
    'product',
    'product_rate_plan',
    'product_rate_plan_charge',
    'product_rate_plan_charge_tier',
    'subscription',
    'rate_plan_charge',
    'rate_plan_charge_tier',
    'invoice',
    'invoice_item',
    'taxation_item',
    'payment',
    'payment_method',
    'payment_application',
    'credit_memo',
    'credit_memo_item',
    'credit_memo_application',
    'debit_memo',
    'refund',
    'refund_application'
]) }}
