{#- Grain: one link that puts a NetSuite receipt or memo on an invoice. -#}
with

links as (

    select * from {{ ref('stg_netsuite__previous_transaction_line_link') }}
    where row_disposition = 'accepted'

),

kinds as (

    {{ known_words('netsuite', 'previous_transaction_line_link', 'linktype') }}

),

targets as (

    select * from {{ ref('stg_netsuite__transaction') }} where row_disposition = 'accepted'

),

currencies as (

    select * from {{ ref('stg_netsuite__currency') }} where row_disposition = 'accepted'

)

select
    'netsuite' as source_system,
    links.source_account,
    links.row_id as source_ledger_application_id,
    links.next_transaction_id as source_from_ledger_document_id,
    links.previous_transaction_id as source_to_ledger_document_id,
    case when lower(links.next_type) = 'custcred' then 'credit_note' else kinds.canonical_value end
        as application_kind,
    false as is_reversal,
    currencies.currency,
    cast(links.linked_amount as decimal(18, 4)) as applied_amount,
    cast(null as timestamp) as applied_at,
    links.next_on as applied_on,
    links.synced_at as recorded_at

from links

inner join kinds
    on links.link_type = kinds.raw_value

left join targets
    on links.source_account = targets.source_account
    and links.previous_transaction_id = targets.transaction_id

left join currencies
    on targets.source_account = currencies.source_account
    and targets.currency_id = currencies.currency_id

where kinds.canonical_value <> 'other'
