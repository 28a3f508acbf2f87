{#- Grain: one leg of R17: a movement of what a processor owes us, payouts under way with it (left),
    or what a ledger document posts to its clearing and fee accounts (right); in the entity's
    currency, all in the month the run looks from: what is open is the balance of the processor and
    of payouts in transit less that of the accounts. -#}
with

movements as (

    select * from {{ ref('int_recon_processor_movements') }}

),

missing_lines as (

    select * from {{ ref('int_recon_missing_processor_lines') }}

),

postings as (

    select * from {{ ref('int_recon_clearing_postings') }}

),

balances as (

    select * from {{ ref('int_recon_processor_balances') }}

),

payouts as (

    select * from {{ ref('fct_payouts') }}
    where payout_status not in ('failed', 'cancelled')

),

openings as (

    -- What was under way when the balances begin is owed as well.
    select
        balances.processor_account,
        balances.currency,
        balances.legal_entity_code,
        balances.functional_currency,
        balances.opening_balance_key,
        balances.opens_on,
        balances.opening_amount + {{ sum_amount('payouts.payout_amount') }} as owed_amount,
        max(balances.recorded_at) as recorded_at

    from balances

    left join payouts
        on balances.processor_account = payouts.source_account
        and balances.currency = payouts.currency
        and payouts.created_on < balances.opens_on
        and payouts.arrives_on >= balances.opens_on

    group by
        balances.processor_account,
        balances.currency,
        balances.legal_entity_code,
        balances.functional_currency,
        balances.opening_balance_key,
        balances.opens_on,
        balances.opening_amount

),

entity_openings as (

    select
        legal_entity_code,
        min(opens_on) as opens_on

    from openings

    group by legal_entity_code

),

booked_objects as (

    select
        legal_entity_code,
        object_id

    from postings

    where posting_kind = 'object' and object_id is not null

    group by legal_entity_code, object_id

),

told as (

    select
        'L' as side,
        movements.movement_key as leg_key,
        case
            when movements.movement_kind = 'fees'
                then 'fees of ' || cast(movements.moved_on as {{ dbt.type_string() }})
            when movements.is_foreign and booked_objects.object_id is not null
                then 'conversion of ' || cast(movements.moved_on as {{ dbt.type_string() }})
            else movements.object_id
        end as clear_key,
        coalesce(movements.object_id, movements.processor_account) as natural_key,
        movements.legal_entity_code,
        cast(null as {{ dbt.type_string() }}) as customer_key,
        case when movements.movement_kind = 'payout' then 'fct_payouts' else 'fct_payout_lines' end
            as source_table,
        movements.source_key,
        movements.line_kind as document_kind,
        movements.functional_currency,
        case
            when movements.moved_on < openings.opens_on then 'part of the first balance known'
        end as out_of_scope_reason,
        movements.moved_amount as signed_amount,
        movements.moved_on as occurred_on,
        movements.recorded_at

    from movements

    left join booked_objects
        on movements.object_id = booked_objects.object_id
        and movements.legal_entity_code = booked_objects.legal_entity_code

    left join openings
        on movements.processor_account = openings.processor_account
        and movements.functional_currency = openings.currency

    union all

    select
        'L' as side,
        missing_lines.movement_key as leg_key,
        case missing_lines.missing_kind
            when 'charge' then missing_lines.object_id
            when 'fees' then 'fees of ' || cast(missing_lines.moved_on as {{ dbt.type_string() }})
            when 'conversion'
                then 'conversion of ' || cast(missing_lines.moved_on as {{ dbt.type_string() }})
            else missing_lines.movement_key
        end as clear_key,
        coalesce(missing_lines.object_id, missing_lines.processor_account) as natural_key,
        missing_lines.legal_entity_code,
        cast(null as {{ dbt.type_string() }}) as customer_key,
        case when missing_lines.missing_kind = 'charge' then 'fct_payments' else 'fct_balances' end
            as source_table,
        missing_lines.source_key,
        'balance moved without a line' as document_kind,
        missing_lines.functional_currency,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason,
        missing_lines.moved_amount as signed_amount,
        missing_lines.moved_on as occurred_on,
        cast(null as {{ dbt.type_timestamp() }}) as recorded_at

    from missing_lines

    union all

    select
        'L' as side,
        'opening of ' || opening_balance_key as leg_key,
        'opening' as clear_key,
        processor_account as natural_key,
        legal_entity_code,
        cast(null as {{ dbt.type_string() }}) as customer_key,
        'fct_balances' as source_table,
        opening_balance_key as source_key,
        'opening balance' as document_kind,
        functional_currency,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason,
        cast(owed_amount as decimal(18, 4)) as signed_amount,
        opens_on as occurred_on,
        recorded_at

    from openings

    union all

    select
        'R' as side,
        'clearing of document ' || postings.ledger_document_key as leg_key,
        case
            when postings.posted_on < entity_openings.opens_on then 'opening'
            when postings.posting_kind = 'fees'
                then 'fees of ' || cast(postings.posted_on as {{ dbt.type_string() }})
            when postings.posting_kind = 'conversion' or postings.is_foreign
                then 'conversion of ' || cast(postings.posted_on as {{ dbt.type_string() }})
            else coalesce(postings.object_id, postings.document_number)
        end as clear_key,
        coalesce(postings.object_id, postings.document_number) as natural_key,
        postings.legal_entity_code,
        postings.customer_key,
        'fct_ledger_documents' as source_table,
        postings.ledger_document_key as source_key,
        postings.document_kind,
        postings.functional_currency,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason,
        postings.cleared_amount as signed_amount,
        postings.posted_on as occurred_on,
        postings.recorded_at

    from postings

    left join entity_openings
        on postings.legal_entity_code = entity_openings.legal_entity_code

)

select
    'R17' as pair_id,
    side,
    leg_key,
    clear_key,
    natural_key,
    legal_entity_code,
    customer_key,
    source_table,
    source_key,
    document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    functional_currency as currency,
    functional_currency,
    natural_key as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    out_of_scope_reason,
    signed_amount,
    signed_amount as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    occurred_on,
    {{ month_of(as_of_date()) }} as period_month,
    occurred_on as due_on,
    recorded_at

from told
