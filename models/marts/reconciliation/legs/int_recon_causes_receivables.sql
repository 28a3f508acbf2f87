{#- Grain: one cause that a leg of R08b names for itself: a document that is not on the control
    account, or a revaluation that was not taken back. -#}
with

entries as (

    select * from {{ ref('int_recon_receivable_entries') }}

),

revaluations as (

    select * from {{ ref('int_recon_revaluations') }} where not is_taken_back and not is_in_force

)

select
    'R08b' as pair_id,
    'ledger document ' || ledger_document_key as leg_key,
    'alone' as applies_when,
    'wrong_account' as break_code,
    document_kind || ' of ' || cast(customer_amount as {{ dbt.type_string() }})
    || ', nothing of it on the control account' as evidence

from entries

where is_posted and customer_amount <> 0 and control_amount = 0 and control_amount_functional = 0

union all

select
    'R08b' as pair_id,
    'control of ledger document ' || entries.ledger_document_key as leg_key,
    'alone' as applies_when,
    'revaluation' as break_code,
    'not taken back in ' || substr(
        cast(revaluations.taken_back_month as {{ dbt.type_string() }}), 1, 7
    ) as evidence

from entries

inner join revaluations
    on entries.source_system = revaluations.source_system
    and entries.source_account = revaluations.source_account
    and coalesce(entries.reverses_source_ledger_document_id, entries.source_ledger_document_id)
    = revaluations.source_revaluation_id

where entries.document_kind = 'revaluation'
