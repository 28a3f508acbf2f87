{#- Grain: one bank line with what it is: a processor's payout, money of the account's owner or of
    the bank itself, or (all others) money from customers. -#}
with

bank_lines as (

    select * from {{ ref('fct_bank_lines') }}

),

payouts as (

    select * from {{ ref('fct_payouts') }}

),

reference_scopes as (

    select * from {{ ref('bank_line_scopes') }}

),

code_scopes as (

    select * from {{ ref('bank_transaction_scopes') }}

),

known_references as (

    -- A reference that several payouts share is still one reference.
    select distinct bank_reference from payouts where bank_reference is not null

),

by_reference as (

    -- Several prefixes may fit one reference: one is enough.
    select
        bank_lines.bank_line_key,
        min(reference_scopes.scope) as scope

    from bank_lines

    inner join reference_scopes
        on substr(bank_lines.bank_reference, 1, length(reference_scopes.reference_prefix))
        = reference_scopes.reference_prefix

    group by bank_lines.bank_line_key

),

by_code as (

    select
        bank_lines.bank_line_key,
        min(code_scopes.scope) as scope

    from bank_lines

    inner join code_scopes
        on substr(bank_lines.transaction_code, 1, length(code_scopes.code_prefix))
        = code_scopes.code_prefix

    group by bank_lines.bank_line_key

)

select
    -- keys
    bank_lines.bank_line_key,

    -- attributes
    case
        when known_references.bank_reference is not null then 'processor_payout'
        else coalesce(by_reference.scope, by_code.scope, 'customers_money')
    end as scope

from bank_lines

left join known_references
    on bank_lines.bank_reference = known_references.bank_reference

left join by_reference
    on bank_lines.bank_line_key = by_reference.bank_line_key

left join by_code
    on bank_lines.bank_line_key = by_code.bank_line_key
