{#- Grain: one subject with the last action about it that is in force on the day of the run. -#}
with

begun as (

    select *
    from {{ ref('int_recon_action_rows') }}
    where
        rejection_reason is null
        and cast(effective_at as date) <= {{ as_of_date() }}

),

numbered as (

    -- The row that was added later decides between two of one instant.
    select
        *,
        row_number() over (
            partition by subject_key order by effective_at desc, row_number desc
        ) as place

    from begun

)

select
    -- keys
    subject_key,

    -- attributes
    action,
    actor,
    approver,
    reason_code,
    evidence_uri,

    -- times
    effective_at,
    expires_at

from numbered

-- Only the last one: that an action has ended does not bring back the one before it.
where
    place = 1
    and (expires_at is null or cast(expires_at as date) > {{ as_of_date() }})
