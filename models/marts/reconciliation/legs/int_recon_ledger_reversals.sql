{#- Grain: one ERP invoice that takes another back or was taken back, with the other one. -#}
with

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice'

),

reversals as (

    select
        back.ledger_document_key as reversal_key,
        originals.ledger_document_key as original_key

    from ledger_documents as back

    inner join ledger_documents as originals
        on back.source_system = originals.source_system
        and back.source_account = originals.source_account
        and back.reverses_source_ledger_document_id = originals.source_ledger_document_id
        and back.total_amount = -originals.total_amount
        and back.currency = originals.currency

),

both_ways as (

    select reversal_key as ledger_document_key, original_key as other_ledger_document_key from reversals
    union all
    select original_key as ledger_document_key, reversal_key as other_ledger_document_key from reversals

)

select
    ledger_document_key,
    -- Taken back twice: the first by key is the one that counts.
    min(other_ledger_document_key) as other_ledger_document_key

from both_ways

group by ledger_document_key
