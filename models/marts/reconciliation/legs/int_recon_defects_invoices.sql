{#- Grain: one thing that is wrong with an ERP invoice of R01, whatever its amount: the receivable
    on an account that is none, or a rate that is not that of policy. -#}
with

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice' and not is_voided

),

document_parts as (

    select * from {{ ref('int_recon_ledger_documents') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }} where pair_id = 'R01'

),

misbooked as (

    -- The rate in force on the invoice's day is policy; a document that says another is told apart
    -- by the rate and not by the amount, which may differ for other reasons.
    select
        ledger_documents.ledger_document_key,
        ledger_documents.total_amount,
        ledger_documents.total_amount_functional,
        ledger_documents.fx_rate as booked_rate,
        invoices.fx_rate as policy_rate,
        currencies.units_per_major

    from ledger_documents

    inner join invoices
        on ledger_documents.external_reference = invoices.invoice_number
        and ledger_documents.legal_entity_code = invoices.legal_entity_code
        and ledger_documents.currency = invoices.currency

    inner join currencies
        on ledger_documents.functional_currency = currencies.currency

    cross join pairs

    where
        ledger_documents.currency <> ledger_documents.functional_currency
        and abs(ledger_documents.fx_rate - invoices.fx_rate) * 10000
        > invoices.fx_rate * pairs.fx_tolerance_bps

)

select
    'R01' as pair_id,
    'ledger document ' || ledger_document_key as leg_key,
    'fx' as break_code,
    cast(
        {{ convert_amount('total_amount', 'policy_rate', 'units_per_major') }} - total_amount_functional
        as decimal(18, 4)
    ) as variance_amount_functional,
    'booked at ' || cast(booked_rate as {{ dbt.type_string() }}) || ', policy is '
    || cast(policy_rate as {{ dbt.type_string() }}) as evidence

from misbooked

union all

select
    'R01' as pair_id,
    'ledger document ' || ledger_documents.ledger_document_key as leg_key,
    'wrong_account' as break_code,
    cast(null as decimal(18, 4)) as variance_amount_functional,
    'on the receivables account: ' || cast(
        coalesce(document_parts.receivables_amount, 0) as {{ dbt.type_string() }}
    ) || ' of ' || cast(ledger_documents.total_amount as {{ dbt.type_string() }}) as evidence

from ledger_documents

left join document_parts
    on ledger_documents.ledger_document_key = document_parts.ledger_document_key

where coalesce(document_parts.receivables_amount, 0) = 0 and ledger_documents.total_amount <> 0
