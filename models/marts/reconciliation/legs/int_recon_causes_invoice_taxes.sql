{#- Grain: one cause that a leg of R02 names for itself: what R01 knows about its document, and tax on
    one side of a document that both sides have. -#}
with

legs as (

    select * from {{ ref('int_recon_legs_invoice_taxes') }}

),

of_invoices as (

    select * from {{ ref('int_recon_causes_invoices') }}

),

in_scope as (

    select * from legs where out_of_scope_reason is null

),

untaxed as (

    select * from legs where out_of_scope_reason = 'no tax' and signed_amount = 0

)

select
    'R02' as pair_id,
    of_invoices.leg_key,
    of_invoices.applies_when,
    of_invoices.break_code,
    of_invoices.evidence

from of_invoices

inner join in_scope
    on of_invoices.leg_key = in_scope.leg_key

union all

select
    'R02' as pair_id,
    in_scope.leg_key,
    'alone' as applies_when,
    'tax_difference' as break_code,
    min('no tax on the other side of ' || untaxed.natural_key) as evidence

from in_scope

inner join untaxed
    on in_scope.clear_key = untaxed.clear_key
    and in_scope.legal_entity_code = untaxed.legal_entity_code
    and in_scope.currency = untaxed.currency
    and in_scope.side <> untaxed.side

group by in_scope.leg_key
