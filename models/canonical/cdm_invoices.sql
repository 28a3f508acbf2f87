{#- Grain: one invoice of one billing system, drafts included. -#}
{{ union_feeds('invoices') }}
