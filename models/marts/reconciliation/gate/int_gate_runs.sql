{#- Grain: one billing run that is not posted yet: of each legal entity and kind the latest. -#}
with

billing_runs as (

    -- A trial is never posted.
    select *
    from {{ ref('fct_billing_runs') }}
    where
        run_kind <> 'trial'
        and billing_run_status <> 'cancelled'

),

numbered as (

    select
        *,
        row_number() over (
            partition by legal_entity_code, run_kind order by target_on desc, billing_run_key desc
        ) as place_of_kind,
        row_number() over (
            partition by legal_entity_code order by target_on desc, billing_run_key desc
        ) as place

    from billing_runs

    where
        posted_at is null
        and billing_run_status <> 'posted'

)

select
    -- keys
    billing_run_key,
    legal_entity_code,
    source_billing_run_id,

    -- attributes
    run_kind,
    billing_run_status,
    place = 1 as is_latest_run,

    -- measures
    expected_account_count,
    approved_exception_count,

    -- times
    target_on,
    committed_deadline_at

from numbered

where place_of_kind = 1
