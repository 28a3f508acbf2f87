{#- Grain: one general ledger account of one system, as its journal lines use it. -#}
with

journal_lines as (

    select * from {{ ref('cdm_journal_lines') }}

),

accounts as (

    -- Many lines post to one account.
    select
        source_system,
        source_account,
        account_code,
        min(account_kind) as account_kind

    from journal_lines

    group by source_system, source_account, account_code

),

roles as (

    select * from {{ ref('gl_accounts') }}

)

select
    -- keys
    {{ surrogate_key(
        ['accounts.source_system', 'accounts.source_account', 'accounts.account_code']
    ) }} as account_key,
    accounts.source_system,
    accounts.source_account,
    accounts.account_code,

    -- attributes
    accounts.account_kind,
    coalesce(roles.account_role, 'other') as account_role

from accounts

left join roles
    on accounts.source_system = roles.source_system
    and accounts.source_account = roles.source_account
    and accounts.account_code = roles.account_code
