{#- Grain: one group of one side whose counterpart stands under another legal entity or in another
    currency: same reference, same figure, opposite sign (wrong_entity, currency_mismatch). -#}
with

pool as (

    select * from {{ ref('int_recon_pool') }}

),

elsewhere as (

    select
        here.recon_key,
        here.natural_key,
        case
            when here.legal_entity_code <> there.legal_entity_code then 'wrong_entity'
            else 'currency_mismatch'
        end as break_code,
        there.legal_entity_code || ' ' || there.currency as place

    from pool as here

    inner join pool as there
        on here.pair_id = there.pair_id
        and here.reference_normalised = there.reference_normalised
        and here.signed_amount = there.signed_amount

    where
        here.side <> there.side
        and (
            here.legal_entity_code <> there.legal_entity_code
            or here.currency <> there.currency
        )

)

select
    -- keys
    recon_key as recon_group_key,
    natural_key,

    -- attributes
    break_code,
    'the counterpart stands in ' || min(place) as evidence

from elsewhere

group by recon_key, natural_key, break_code
