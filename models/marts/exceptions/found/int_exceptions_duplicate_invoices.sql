{#- Grain: one invoice that bills the charge and service that an earlier invoice bills. -#}
with

services as (

    -- Drafts are held by the gate before they are posted.
    select * from {{ ref('int_gate_services') }}
    where is_billed and not is_draft and line_kind in ('recurring', 'usage')

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

billed_twice as (

    select
        source_system,
        source_account,
        source_subscription_item_id,
        line_kind,
        service_starts_on,
        service_ends_on

    from services

    group by
        source_system, source_account, source_subscription_item_id, line_kind, service_starts_on,
        service_ends_on

    having count(distinct invoice_key) > 1

),

ordered as (

    select
        services.*,
        row_number() over (
            partition by
                services.source_system, services.source_account, services.source_subscription_item_id,
                services.line_kind, services.service_starts_on, services.service_ends_on
            order by services.created_at asc, services.invoice_key asc
        ) as place,
        first_value(services.natural_key) over (
            partition by
                services.source_system, services.source_account, services.source_subscription_item_id,
                services.line_kind, services.service_starts_on, services.service_ends_on
            order by services.created_at asc, services.invoice_key asc
        ) as first_natural_key

    from billed_twice

    inner join services
        on billed_twice.source_system = services.source_system
        and billed_twice.source_account = services.source_account
        and billed_twice.source_subscription_item_id = services.source_subscription_item_id
        and billed_twice.line_kind = services.line_kind
        and billed_twice.service_starts_on = services.service_starts_on
        and billed_twice.service_ends_on = services.service_ends_on

),

repeated as (

    -- The first one made is right; every later one bills again.
    select
        invoice_key,
        min(first_natural_key) as first_natural_key,
        cast(sum(service_amount) as decimal(18, 4)) as again_amount,
        min(service_starts_on) as service_starts_on,
        max(service_ends_on) as service_ends_on

    from ordered

    where place > 1

    group by invoice_key

)

select
    -- keys
    'duplicate_invoice' as check_id,
    invoices.legal_entity_code,
    {{ joined_key([
        'invoices.source_system', 'invoices.source_account',
        'coalesce(invoices.invoice_number, invoices.source_invoice_id)',
    ]) }} as natural_key,
    invoices.customer_key,
    'fct_invoices' as source_table,
    invoices.invoice_key as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    cast(null as {{ dbt.type_string() }}) as cause_code,
    coalesce(invoices.invoice_number, invoices.source_invoice_id) || ' bills '
    || cast(repeated.again_amount as {{ dbt.type_string() }}) || ' ' || invoices.currency
    || ' that ' || repeated.first_natural_key || ' bills, for '
    || cast(repeated.service_starts_on as {{ dbt.type_string() }}) || ' to '
    || cast(repeated.service_ends_on as {{ dbt.type_string() }}) as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    'select lines.* from core.fct_invoice_lines as lines'
    || ' inner join core.fct_invoice_lines as again'
    || ' on lines.source_system = again.source_system'
    || ' and lines.source_account = again.source_account'
    || ' and lines.source_subscription_item_id = again.source_subscription_item_id'
    || ' and lines.line_kind = again.line_kind'
    || ' and lines.service_starts_on = again.service_starts_on'
    || ' and lines.service_ends_on = again.service_ends_on'
    || ' where again.invoice_key = ' || {{ as_sql_text('invoices.invoice_key') }} as drill_sql,

    -- measures
    cast(abs(invoices.total_amount_reporting) as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    coalesce(invoices.issued_on, invoices.created_on) as occurred_on,
    cast(null as date) as due_on

from repeated

inner join invoices
    on repeated.invoice_key = invoices.invoice_key
