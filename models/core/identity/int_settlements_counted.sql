{#- Grain: one version of an application or write-off over a time in which it counts. -#}
with

settlement_versions as (

    select * from {{ ref('int_settlement_versions') }}

),

adjusted as (

    select
        invoice_key,
        currency,
        'application' as told_too_by,
        'write_off' as told_too_as,
        min(known_from_at) as adjusted_from_at,
        max(coalesce(known_before_at, {{ end_of_time() }})) as adjusted_before_at

    from settlement_versions

    where settlement_source = 'adjustment' and invoice_key is not null

    group by invoice_key, currency

),

compared as (

    -- A write-off may be told as an adjustment, as an application or as both: once is enough. The
    -- application counts while no adjustment of the invoice is known.
    select
        settlement_versions.*,
        adjusted.adjusted_from_at,
        adjusted.adjusted_before_at

    from settlement_versions

    left join adjusted
        on settlement_versions.invoice_key = adjusted.invoice_key
        and settlement_versions.currency = adjusted.currency
        and settlement_versions.settlement_source = adjusted.told_too_by
        and settlement_versions.settlement_kind = adjusted.told_too_as

),

counted as (

    select
        compared.*,
        known_from_at as counts_from_at,
        case
            when adjusted_from_at is null then known_before_at
            else least(adjusted_from_at, coalesce(known_before_at, {{ end_of_time() }}))
        end as counts_before_at

    from compared

    where adjusted_from_at is null or known_from_at < adjusted_from_at

    union all

    select
        compared.*,
        greatest(adjusted_before_at, known_from_at) as counts_from_at,
        known_before_at as counts_before_at

    from compared

    where
        adjusted_before_at < {{ end_of_time() }}
        and adjusted_before_at < coalesce(known_before_at, {{ end_of_time() }})

)

select
    -- keys
    settlement_key,
    invoice_key,
    payment_key,
    credit_note_key,

    -- attributes
    case
        when settlement_source = 'adjustment' and settlement_kind = 'write_off' then 'write_offs'
        when settlement_source = 'adjustment' then 'write_offs_reversed'
        when settlement_kind = 'write_off' then 'write_offs'
        when is_reversal then 'applications_reversed'
        when settlement_kind = 'payment' then 'cash_applied'
        when settlement_kind = 'credit_note' then 'credits_applied'
        else 'balance_applied'
    end as movement,
    settlement_source,
    currency,

    -- measures
    cast(
        case when settlement_kind = 'write_off_reversal' then settled_amount else -settled_amount end
        as decimal(18, 4)
    ) as event_amount,

    -- times
    settled_at,
    settled_on,
    counts_from_at as known_from_at,
    counts_before_at as known_before_at

from counted
