{{ config(group='marts') }}
-- Law: opening + movements = closing, the opening is the closing of the period before, and the last
-- closing is what is open on the invoices (open items) or stands on the account (control account).
with

rollforward as (

    select * from {{ ref('recon_receivables_rollforward') }}

),

periods as (

    select
        form,
        legal_entity_code,
        currency,
        period_month,
        {{ sum_amount("case when movement = 'opening' then movement_amount end") }} as opening_amount,
        {{ sum_amount("case when movement = 'closing' then movement_amount end") }} as closing_amount,
        {{ sum_amount("case when movement = 'closing' then -movement_amount else movement_amount end") }}
            as difference_amount,
        {{ sum_amount(
            "case when movement = 'closing' then -movement_amount_functional"
            " else movement_amount_functional end"
        ) }} as difference_amount_functional

    from rollforward

    group by form, legal_entity_code, currency, period_month

),

chained as (

    select
        *,
        lag(closing_amount, 1, 0) over (
            partition by form, legal_entity_code, currency order by period_month
        ) as previous_closing_amount,
        lag(period_month) over (
            partition by form, legal_entity_code, currency order by period_month
        ) as previous_month,
        row_number() over (
            partition by form, legal_entity_code, currency order by period_month desc
        ) as place_from_the_end

    from periods

),

stated as (

    select
        'open_items' as form,
        legal_entity_code,
        currency,
        {{ sum_amount('open_amount') }} as stated_amount

    from {{ ref('fct_invoices') }}

    group by legal_entity_code, currency

    union all

    select
        'control_account' as form,
        journal_lines.legal_entity_code,
        journal_lines.currency,
        {{ sum_amount('journal_lines.line_amount') }} as stated_amount

    from {{ ref('fct_journal_lines') }} as journal_lines

    inner join {{ ref('dim_accounts') }} as ledger_accounts
        on journal_lines.source_system = ledger_accounts.source_system
        and journal_lines.source_account = ledger_accounts.source_account
        and journal_lines.account_code = ledger_accounts.account_code

    where
        ledger_accounts.account_role = 'receivables'
        and journal_lines.is_posting
        and journal_lines.is_primary_book

    group by journal_lines.legal_entity_code, journal_lines.currency

)

select
    form,
    legal_entity_code,
    currency,
    period_month,
    closing_amount as found_amount,
    cast(null as decimal(38, 4)) as expected_amount

from chained

where
    difference_amount <> 0
    or difference_amount_functional <> 0
    or opening_amount <> previous_closing_amount
    or period_month <> {{ next_month('previous_month') }}

union all

select
    coalesce(chained.form, stated.form) as form,
    coalesce(chained.legal_entity_code, stated.legal_entity_code) as legal_entity_code,
    coalesce(chained.currency, stated.currency) as currency,
    chained.period_month,
    chained.closing_amount as found_amount,
    stated.stated_amount as expected_amount

from (select * from chained where place_from_the_end = 1) as chained

full outer join stated
    on chained.form = stated.form
    and chained.legal_entity_code = stated.legal_entity_code
    and chained.currency = stated.currency

where coalesce(chained.closing_amount, 0) <> coalesce(stated.stated_amount, 0)
