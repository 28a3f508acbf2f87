{#- Grain: one Zuora account, deleted ones included: their documents remain. -#}
with

customers as (

    select * from {{ ref('stg_zuora__account') }} where row_disposition in ('accepted', 'deleted')

),

contacts as (

    select * from {{ ref('stg_zuora__contact') }} where row_disposition in ('accepted', 'deleted')

),

subscriptions as (

    select * from {{ ref('stg_zuora__subscription') }} where row_disposition = 'accepted'

),

payers as (

    -- Who is billed is said by each subscription (its invoice owner). Several payers are no answer.
    select
        source_account,
        customer_id,
        case when min(invoice_owner_id) = max(invoice_owner_id) then min(invoice_owner_id) end
            as invoice_owner_id

    from subscriptions

    group by source_account, customer_id

)

select
    'zuora' as source_system,
    customers.source_account,
    customers.customer_id as source_customer_id,
    customers.batch as source_entity_id,
    customers.parent_customer_id as source_parent_customer_id,
    case when payers.invoice_owner_id <> customers.customer_id then payers.invoice_owner_id end
        as source_bill_to_customer_id,
    -- Zuora cannot merge accounts.
    cast(null as {{ dbt.type_string() }}) as merged_into_source_customer_id,
    -- The account in the CRM.
    customers.crm_id as external_reference,
    customers.name_hash as customer_name_hash,
    contacts.email_hash,
    contacts.email_domain,
    customers.tax_id_hash,
    -- A contact's country is a code or a name; a name is no code.
    case when length(contacts.country) = 2 then upper(contacts.country) end as country_code,
    customers.currency,
    case
        when lower(customers.payment_term) = 'due upon receipt' then 0
        when lower(customers.payment_term) like 'net %'
            then cast({{ to_integer('substr(customers.payment_term, 5)') }} as int)
    end as payment_terms_days,
    customers.is_deleted,
    customers.created_at,
    customers.created_on,
    coalesce(customers.created_at, customers.synced_at) as recorded_at

from customers

left join contacts
    on customers.source_account = contacts.source_account
    and customers.bill_to_contact_id = contacts.contact_id

left join payers
    on customers.source_account = payers.source_account
    and customers.customer_id = payers.customer_id
