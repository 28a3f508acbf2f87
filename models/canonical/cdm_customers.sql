{#- Grain: one customer (account) in one system. -#}
{{ union_feeds('customers') }}
