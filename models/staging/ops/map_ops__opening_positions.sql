{#- Grain: one open item or balance at cut-over. -#}
with

positions as (

    select * from {{ ref('stg_ops__opening_position') }} where row_disposition = 'accepted'

),

kinds as (

    {{ known_words('ops', 'opening_position', 'kind') }}

),

signed as (

    -- Finance lists open documents without a sign. What we owe the customer lowers the receivable.
    select
        positions.*,
        kinds.canonical_value as canonical_kind,
        case when kinds.canonical_value in ('credit_memo', 'receipt') then -1 else 1 end as direction

    from positions

    inner join kinds
        on positions.position_kind = kinds.raw_value

)

select
    'ops' as source_system,
    signed.source_account,
    signed.opening_position_id as source_opening_position_id,
    cast(null as {{ dbt.type_string() }}) as source_entity_id,
    signed.canonical_kind as position_kind,
    signed.document_id as source_document_id,
    signed.customer_id as source_customer_id,
    signed.account_code,
    signed.currency,
    cast(signed.position_amount * signed.direction as decimal(18, 4)) as open_amount,
    signed.functional_currency,
    cast(signed.position_amount_functional * signed.direction as decimal(18, 4))
        as open_amount_functional,
    signed.document_on,
    signed.cut_over_on,
    signed.recorded_at

from signed
