{{ config(group='marts') }}
-- Law: from billing's open items to the control account every step is documents, applications or
-- document-level breaks; nothing is left over.
select
    legal_entity_code,
    currency,
    unexplained_amount

from {{ ref('recon_receivables_bridge') }}

where unexplained_amount <> 0
