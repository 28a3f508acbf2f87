{#- Grain: one count of salesforce rows by table, stage, disposition, amount column and currency. -#}
{{ raw_counts_of('salesforce', [
    'account',
    'product_2',
    'contract',
    'order',
    'order_item'
]) }}
