{#- Grain: one entry of a bank statement. -#}
with

entries as (

    select * from {{ ref('stg_bank__entry') }} where row_disposition = 'accepted'

),

directions as (

    {{ known_words('bank', 'entry', 'credit_debit_indicator') }}

)

select
    'bank' as source_system,
    entries.source_account,
    entries.entry_id as source_bank_line_id,
    entries.account_id as source_entity_id,
    entries.account_id as source_bank_account_id,
    entries.statement_id as source_bank_statement_id,
    entries.bank_transaction_code as transaction_code,
    coalesce(nullif(entries.end_to_end_id, 'NOTPROVIDED'), entries.account_servicer_reference)
        as bank_reference,
    entries.remittance_information as remittance_reference,
    entries.counterparty_name_hash,
    entries.currency,
    -- camt.053 carries no sign: CRDT is money to us. A reversal entry states its own direction.
    cast(
        entries.entry_amount * case when directions.canonical_value = 'credit' then 1 else -1 end
        as decimal(18, 4)
    ) as line_amount,
    cast(null as timestamp) as booked_at,
    entries.booked_on,
    cast(null as timestamp) as value_at,
    entries.value_on,
    cast(null as timestamp) as recorded_at

from entries

inner join directions
    on entries.credit_debit_indicator = directions.raw_value
