{#- Grain: what a processor's balance moved on a day without a line: a charge whose line is missing,
    its fees as the books have them, and the rest. -#}
with

gaps as (

    select * from {{ ref('int_recon_processor_gaps') }}

),

payments as (

    select * from {{ ref('fct_payments') }}
    where processor_reference = source_payment_id and is_captured

),

charge_lines as (

    select payment_key

    from {{ ref('fct_payout_lines') }}

    where line_kind = 'charge' and payment_key is not null

    group by payment_key

),

movements as (

    select * from {{ ref('int_recon_processor_movements') }} where movement_kind = 'fees'

),

postings as (

    select * from {{ ref('int_recon_clearing_postings') }} where posting_kind = 'fees'

),

missing_charges as (

    select
        gaps.processor_account,
        gaps.currency,
        gaps.moved_on,
        payments.payment_key,
        payments.source_payment_id,
        payments.payment_amount,
        payments.currency <> gaps.currency as is_foreign

    from gaps

    inner join payments
        on gaps.processor_account = payments.source_account
        and gaps.moved_on = payments.paid_on

    left join charge_lines
        on payments.payment_key = charge_lines.payment_key

    where charge_lines.payment_key is null

),

missing_days as (

    select
        processor_account,
        currency,
        moved_on,
        {{ sum_amount('case when not is_foreign then payment_amount end') }} as charged_amount,
        max(case when is_foreign then 1 else 0 end) as has_foreign

    from missing_charges

    group by processor_account, currency, moved_on

),

fees_told as (

    select
        legal_entity_code,
        moved_on,
        {{ sum_amount('moved_amount') }} as told_amount

    from movements

    group by legal_entity_code, moved_on

),

fees_booked as (

    select
        legal_entity_code,
        posted_on,
        {{ sum_amount('cleared_amount') }} as booked_amount

    from postings

    group by legal_entity_code, posted_on

),

split as (

    select
        gaps.*,
        coalesce(missing_days.charged_amount, 0) as charged_amount,
        coalesce(missing_days.has_foreign, 0) as has_foreign,
        case
            when missing_days.moved_on is null then cast(0 as decimal(38, 4))
            else coalesce(fees_booked.booked_amount, 0) - coalesce(fees_told.told_amount, 0)
        end as fee_amount

    from gaps

    left join missing_days
        on gaps.processor_account = missing_days.processor_account
        and gaps.currency = missing_days.currency
        and gaps.moved_on = missing_days.moved_on

    left join fees_told
        on gaps.legal_entity_code = fees_told.legal_entity_code
        and gaps.moved_on = fees_told.moved_on

    left join fees_booked
        on gaps.legal_entity_code = fees_booked.legal_entity_code
        and gaps.moved_on = fees_booked.posted_on

),

told as (

    select
        'charge' as missing_kind,
        missing_charges.payment_key as source_key,
        missing_charges.source_payment_id as object_id,
        split.processor_account,
        split.legal_entity_code,
        split.functional_currency,
        missing_charges.payment_amount as moved_amount,
        split.moved_on

    from split

    inner join missing_charges
        on split.processor_account = missing_charges.processor_account
        and split.currency = missing_charges.currency
        and split.moved_on = missing_charges.moved_on
        and not missing_charges.is_foreign

    union all

    select
        'fees' as missing_kind,
        balance_key as source_key,
        cast(null as {{ dbt.type_string() }}) as object_id,
        processor_account,
        legal_entity_code,
        functional_currency,
        fee_amount as moved_amount,
        moved_on

    from split

    where fee_amount <> 0

    union all

    select
        case when has_foreign = 1 then 'conversion' else 'rest' end as missing_kind,
        balance_key as source_key,
        cast(null as {{ dbt.type_string() }}) as object_id,
        processor_account,
        legal_entity_code,
        functional_currency,
        gap_amount - charged_amount - fee_amount as moved_amount,
        moved_on

    from split

    where gap_amount - charged_amount - fee_amount <> 0

)

select
    -- keys
    'missing ' || missing_kind || ' ' || source_key as movement_key,
    missing_kind,
    source_key,
    processor_account,
    legal_entity_code,
    object_id,

    -- attributes
    functional_currency,

    -- measures
    cast(moved_amount as decimal(18, 4)) as moved_amount,

    -- times
    moved_on

from told
