{#- Grain: one leg of R08b: what a ledger document is worth in its customer's account (left) or on the
    receivables control account (right); there, also a line that belongs to no document. -#}
with

entries as (

    select * from {{ ref('int_recon_receivable_entries') }}

),

revaluations as (

    select
        *,
        'revaluation' as document_kind
    from {{ ref('int_recon_revaluations') }}

),

loose_lines as (

    -- On the control account, and of no document that the extract has.
    select journal_lines.*

    from {{ ref('fct_journal_lines') }} as journal_lines

    inner join {{ ref('dim_accounts') }} as ledger_accounts
        on journal_lines.source_system = ledger_accounts.source_system
        and journal_lines.source_account = ledger_accounts.source_account
        and journal_lines.account_code = ledger_accounts.account_code

    where
        ledger_accounts.account_role = 'receivables'
        and journal_lines.ledger_document_key is null
        and journal_lines.is_posting
        and journal_lines.is_primary_book

)

select
    'R08b' as pair_id,
    'L' as side,
    'ledger document ' || ledger_document_key as leg_key,
    ledger_document_key as clear_key,
    coalesce(external_reference, source_ledger_document_id) as natural_key,
    legal_entity_code,
    customer_key,
    'fct_ledger_documents' as source_table,
    ledger_document_key as source_key,
    document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    currency,
    functional_currency,
    external_reference as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when customer_amount = 0 then 'of no amount'
        when is_voided and control_amount = 0 then 'voided: it was never posted, or taken back as a whole'
    end as out_of_scope_reason,
    customer_amount as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    document_on as occurred_on,
    period_month,
    document_on as due_on,
    recorded_at

from entries

where customer_amount is not null

union all

select
    'R08b' as pair_id,
    'R' as side,
    'control of ledger document ' || entries.ledger_document_key as leg_key,
    entries.ledger_document_key as clear_key,
    case
        when entries.document_kind = 'revaluation' then entries.source_ledger_document_id
        else coalesce(entries.external_reference, entries.source_ledger_document_id)
    end as natural_key,
    entries.legal_entity_code,
    entries.customer_key,
    'fct_ledger_documents' as source_table,
    entries.ledger_document_key as source_key,
    entries.document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    -- What moves the books alone has an amount in their currency only.
    case when entries.is_functional_only then entries.functional_currency else entries.currency end
        as currency,
    entries.functional_currency,
    entries.external_reference as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when entries.document_kind = 'revaluation' and revaluations.is_taken_back
            then 'a revaluation and its reversal: together nothing'
        when entries.document_kind = 'revaluation' and revaluations.is_in_force
            then 'a revaluation in force: taken back when the next period opens'
        when entries.document_kind <> 'revaluation' and entries.is_functional_only
            then 'an exchange difference: nothing in the currency of the document'
    end as out_of_scope_reason,
    case
        when entries.is_functional_only then entries.control_amount_functional
        else entries.control_amount
    end as signed_amount,
    entries.control_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    entries.document_on as occurred_on,
    -- Wrong only from the month in which it should have been taken back.
    coalesce(revaluations.taken_back_month, entries.period_month) as period_month,
    entries.document_on as due_on,
    entries.recorded_at

from entries

left join revaluations
    on entries.source_system = revaluations.source_system
    and entries.source_account = revaluations.source_account
    and coalesce(entries.reverses_source_ledger_document_id, entries.source_ledger_document_id)
    = revaluations.source_revaluation_id
    and entries.document_kind = revaluations.document_kind

where entries.control_amount <> 0 or entries.control_amount_functional <> 0

union all

select
    'R08b' as pair_id,
    'R' as side,
    'journal line ' || journal_line_key as leg_key,
    'journal line ' || journal_line_key as clear_key,
    source_journal_line_id as natural_key,
    legal_entity_code,
    customer_key,
    'fct_journal_lines' as source_table,
    journal_line_key as source_key,
    'journal' as document_kind,
    account_code,
    currency,
    functional_currency,
    source_ledger_document_id as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case when line_amount = 0 then 'nothing in the currency of the line' end as out_of_scope_reason,
    line_amount as signed_amount,
    line_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    posted_on as occurred_on,
    period_month,
    posted_on as due_on,
    recorded_at

from loose_lines
