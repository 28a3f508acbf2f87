{#- Grain: part of an ERP receipt or memo put on an ERP document. -#}
{{ union_feeds('ledger_applications') }}
