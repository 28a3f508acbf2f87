{#- Grain: part of a payment or credit put on a document, or its reversal. -#}
{{ union_feeds('document_applications') }}
