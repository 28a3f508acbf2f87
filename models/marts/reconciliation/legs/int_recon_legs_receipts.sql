{#- Grain: one leg of R15: what a document of the ERP posts to a cash account as money of customers
    (left) or a bank line that is no payout and nobody's own payment (right). -#}
with

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }}

),

cash_documents as (

    select * from {{ ref('int_recon_cash_documents') }}

),

movements as (

    select * from {{ ref('int_recon_cash_movements') }}

),

journal_lines as (

    select * from {{ ref('fct_journal_lines') }} where is_posting and is_primary_book

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

scopes as (

    select * from {{ ref('int_recon_bank_line_scopes') }}

),

bank_numbers as (

    -- One receipt that is named by several bank lines is named after the first of them.
    select
        legal_entity_code,
        currency,
        clear_key,
        min(document_number) as bank_number

    from movements

    where told_by = 'bank'

    group by legal_entity_code, currency, clear_key

),

taken_over as (

    -- Receipts of money that was on the books already: unidentified, or of an affiliate.
    select journal_lines.ledger_document_key

    from journal_lines

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code
        and accounts.account_role in ('unidentified_receipts', 'intercompany')

    group by journal_lines.ledger_document_key

),

placed_later as (

    -- Named after the receipt that placed it later, in whatever entity: the first of an amount
    -- with the first.
    select
        ledger_documents.external_reference as reference,
        ledger_documents.currency,
        ledger_documents.total_amount,
        ledger_documents.document_on,
        row_number() over (
            partition by ledger_documents.currency, ledger_documents.total_amount
            order by ledger_documents.document_on, ledger_documents.external_reference
        ) as place

    from ledger_documents

    inner join taken_over
        on ledger_documents.ledger_document_key = taken_over.ledger_document_key

    where ledger_documents.document_kind = 'receipt'

),

journals_placed as (

    select
        ledger_document_key,
        currency,
        cash_amount,
        posted_on,
        row_number() over (
            partition by currency, cash_amount order by posted_on, document_number
        ) as place

    from cash_documents

    where document_kind = 'journal' and is_customers_cash and cash_amount > 0

),

placed as (

    select
        journals_placed.ledger_document_key,
        placed_later.reference

    from journals_placed

    inner join placed_later
        on journals_placed.currency = placed_later.currency
        and journals_placed.cash_amount = placed_later.total_amount
        and journals_placed.place = placed_later.place
        and journals_placed.posted_on <= placed_later.document_on

)

select
    'R15' as pair_id,
    'L' as side,
    movements.movement_key as leg_key,
    movements.clear_key,
    coalesce(
        bank_numbers.bank_number,
        placed.reference,
        movements.reference,
        movements.document_number
    ) as natural_key,
    movements.legal_entity_code,
    cash_documents.customer_key,
    'fct_ledger_documents' as source_table,
    movements.source_key,
    cash_documents.document_kind,
    cash_documents.account_code,
    movements.currency,
    movements.functional_currency,
    movements.reference as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when not cash_documents.is_customers_cash then 'no money of a customer: a journal on cash'
    end as out_of_scope_reason,
    movements.moved_amount as signed_amount,
    movements.moved_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    movements.moved_on as occurred_on,
    movements.period_month,
    movements.moved_on as due_on,
    movements.recorded_at

from movements

inner join cash_documents
    on movements.source_key = cash_documents.ledger_document_key
    and movements.source_bank_account_id = cash_documents.source_bank_account_id
    and movements.currency = cash_documents.currency

left join bank_numbers
    on movements.clear_key = bank_numbers.clear_key
    and movements.legal_entity_code = bank_numbers.legal_entity_code
    and movements.currency = bank_numbers.currency

left join placed
    on movements.source_key = placed.ledger_document_key

where movements.told_by = 'ledger' and cash_documents.document_kind in ('receipt', 'journal')

union all

select
    'R15' as pair_id,
    'L' as side,
    'receipt without cash ' || ledger_documents.ledger_document_key as leg_key,
    'receipt without cash ' || ledger_documents.ledger_document_key as clear_key,
    coalesce(ledger_documents.external_reference, ledger_documents.document_number)
        as natural_key,
    ledger_documents.legal_entity_code,
    ledger_documents.customer_key,
    'fct_ledger_documents' as source_table,
    ledger_documents.ledger_document_key as source_key,
    ledger_documents.document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    ledger_documents.currency,
    ledger_documents.functional_currency,
    ledger_documents.external_reference as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    'nothing on a cash account: through a processor, or received before or by an affiliate'
        as out_of_scope_reason,
    ledger_documents.total_amount as signed_amount,
    ledger_documents.total_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    ledger_documents.document_on as occurred_on,
    ledger_documents.period_month,
    ledger_documents.document_on as due_on,
    ledger_documents.recorded_at

from ledger_documents

left join cash_documents
    on ledger_documents.ledger_document_key = cash_documents.ledger_document_key

where ledger_documents.document_kind = 'receipt' and cash_documents.ledger_document_key is null

union all

select
    'R15' as pair_id,
    'R' as side,
    movements.movement_key as leg_key,
    movements.clear_key,
    movements.document_number as natural_key,
    movements.legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_bank_lines' as source_table,
    movements.source_key,
    'bank line' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    movements.currency,
    movements.functional_currency,
    movements.reference as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case scopes.scope
        when 'processor_payout' then 'a payout of a processor (R06)'
        when 'own_payment' then 'a payment of the account''s owner'
        when 'account_management' then 'interest or charges of the bank'
    end as out_of_scope_reason,
    movements.moved_amount as signed_amount,
    movements.moved_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    movements.moved_on as occurred_on,
    movements.period_month,
    movements.moved_on as due_on,
    movements.recorded_at

from movements

inner join scopes
    on movements.source_key = scopes.bank_line_key

where movements.told_by = 'bank'
