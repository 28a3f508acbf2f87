{#- Grain: one piece of evidence that two customer ids are one customer. -#}
with

customers as (

    select
        *,
        {{ source_key('cdm_customers', 'customer') }} as customer_id_key

    from {{ ref('cdm_customers') }} as cdm_customers

),

customer_links as (

    select * from {{ ref('cdm_customer_links') }}

),

unique_ids as (

    -- An id that two accounts use names nobody: only ids that one account holds can be referred to.
    select
        source_system,
        source_customer_id,
        min(customer_id_key) as customer_id_key

    from customers

    group by source_system, source_customer_id

    having count(*) = 1

),

unique_emails as (

    -- A shared mailbox (billing@group) names nobody either.
    select
        source_system,
        source_account,
        email_hash,
        min(customer_id_key) as customer_id_key

    from customers

    where email_hash is not null

    group by source_system, source_account, email_hash

    having count(*) = 1

),

referred as (

    select
        customers.customer_id_key as left_key,
        unique_ids.customer_id_key as right_key,
        'external_id' as evidence_rule,
        customers.source_system || ' ' || customers.source_customer_id || ' carries ' || unique_ids.source_system
        || ' id ' || unique_ids.source_customer_id as evidence

    from customers

    inner join unique_ids
        on customers.external_reference = unique_ids.source_customer_id
        and customers.source_system <> unique_ids.source_system

),

merged as (

    select
        customers.customer_id_key as left_key,
        survivors.customer_id_key as right_key,
        'merger' as evidence_rule,
        customers.source_system || ' ' || customers.source_customer_id || ' was merged into '
        || survivors.source_customer_id as evidence

    from customers

    inner join customers as survivors
        on customers.source_system = survivors.source_system
        and customers.source_account = survivors.source_account
        and customers.merged_into_source_customer_id = survivors.source_customer_id

),

linked as (

    select
        left_customers.customer_id_key as left_key,
        right_customers.customer_id_key as right_key,
        customer_links.evidence_rule,
        coalesce(
            customer_links.evidence,
            customer_links.source_system || ' link ' || customer_links.source_customer_link_id
        ) as evidence

    from customer_links

    inner join customers as left_customers
        on customer_links.left_source_system = left_customers.source_system
        and customer_links.left_source_account = left_customers.source_account
        and customer_links.left_source_customer_id = left_customers.source_customer_id

    inner join customers as right_customers
        on customer_links.right_source_system = right_customers.source_system
        and customer_links.right_source_account = right_customers.source_account
        and customer_links.right_source_customer_id = right_customers.source_customer_id

    -- A name alone is a hint, not evidence.
    where customer_links.evidence_rule <> 'name'

),

same_email as (

    select
        left_emails.customer_id_key as left_key,
        right_emails.customer_id_key as right_key,
        'email' as evidence_rule,
        'both have the e-mail hash ' || left_emails.email_hash as evidence

    from unique_emails as left_emails

    inner join unique_emails as right_emails
        on left_emails.email_hash = right_emails.email_hash
        and left_emails.source_system < right_emails.source_system

    inner join customers as left_customers
        on left_emails.customer_id_key = left_customers.customer_id_key

    inner join customers as right_customers
        on right_emails.customer_id_key = right_customers.customer_id_key

    -- Where both sides already name another partner, a shared mailbox does not overrule it.
    where left_customers.external_reference is null and right_customers.external_reference is null

)

select left_key, right_key, evidence_rule, evidence from referred
union all
select left_key, right_key, evidence_rule, evidence from merged
union all
select left_key, right_key, evidence_rule, evidence from linked
union all
select left_key, right_key, evidence_rule, evidence from same_email
