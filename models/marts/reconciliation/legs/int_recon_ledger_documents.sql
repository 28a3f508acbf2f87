{#- Grain: one ledger document with what its lines say: how much of it is on the receivables
    account, and how much is tax. -#}
with

journal_lines as (

    select * from {{ ref('fct_journal_lines') }} where is_posting and is_primary_book

),

accounts as (

    select * from {{ ref('dim_accounts') }}

)

select
    -- keys
    journal_lines.ledger_document_key,

    -- measures
    {{ sum_amount("case when accounts.account_role = 'receivables' then journal_lines.line_amount end") }}
        as receivables_amount,
    {{ sum_amount(
        "case when accounts.account_role = 'receivables' then journal_lines.line_amount_functional end"
    ) }} as receivables_amount_functional,
    {{ sum_amount("case when accounts.account_role = 'tax_payable' then -journal_lines.line_amount end") }}
        as tax_amount,
    count(case when accounts.account_role = 'tax_payable' then 1 end) as tax_line_count,
    -- Brought over from the ledger before: against equity, in the period of the migration.
    count(case when accounts.account_role = 'equity' then 1 end) > 0 as is_opening_entry,
    count(case when accounts.account_role = 'processor_clearing' then 1 end) > 0 as is_through_processor

from journal_lines

left join accounts
    on journal_lines.source_system = accounts.source_system
    and journal_lines.source_account = accounts.source_account
    and journal_lines.account_code = accounts.account_code

where journal_lines.ledger_document_key is not null

group by journal_lines.ledger_document_key
