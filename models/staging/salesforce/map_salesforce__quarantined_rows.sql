{#- Grain: one raw row of salesforce that could not be used. -#}
{{ quarantined_rows_of('salesforce', [
    'account',
    'product_2',
    'contract',
    'order',
    'order_item'
]) }}
