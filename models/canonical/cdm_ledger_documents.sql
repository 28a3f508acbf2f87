{#- Grain: one document header of the ERP's receivables or cash. -#}
{{ union_feeds('ledger_documents') }}
