{#- Grain: one version of a payment, credit note or credit on a customer's balance, or of a refund, over
    the time in which it was the one known. -#}
with

payments as (

    select * from {{ ref('fct_payments') }}

),

credit_notes as (

    select * from {{ ref('fct_credit_notes') }}

),

refunds as (

    select * from {{ ref('fct_refunds') }}

),

balance_credits as (

    -- What comes from a credit note is that credit note's.
    select * from {{ ref('fct_adjustments') }}
    where adjustment_kind = 'credit_balance' and credit_note_key is null and adjustment_amount > 0

),

known_versions as (

    select * from {{ ref('int_known_versions') }} where known_before_at is null

),

past_payments as (

    {{ past_records('payments', {
        'source_system': dbt.type_string(),
        'source_account': dbt.type_string(),
        'source_entity_id': dbt.type_string(),
        'source_customer_id': dbt.type_string(),
        'source_payment_id': dbt.type_string(),
        'payment_status': dbt.type_string(),
        'currency': dbt.type_string(),
        'payment_amount': 'decimal(18, 4)',
        'paid_at': 'timestamp',
        'paid_on': 'date',
    }) }}

),

past_credit_notes as (

    {{ past_records('credit_notes', {
        'source_system': dbt.type_string(),
        'source_account': dbt.type_string(),
        'source_entity_id': dbt.type_string(),
        'source_customer_id': dbt.type_string(),
        'source_credit_note_id': dbt.type_string(),
        'credit_note_status': dbt.type_string(),
        'currency': dbt.type_string(),
        'total_amount': 'decimal(18, 4)',
        'issued_at': 'timestamp',
        'issued_on': 'date',
        'created_at': 'timestamp',
        'created_on': 'date',
    }) }}

),

past_refunds as (

    {{ past_records('refunds', {
        'source_system': dbt.type_string(),
        'source_account': dbt.type_string(),
        'source_entity_id': dbt.type_string(),
        'source_customer_id': dbt.type_string(),
        'source_payment_id': dbt.type_string(),
        'source_credit_note_id': dbt.type_string(),
        'refund_status': dbt.type_string(),
        'currency': dbt.type_string(),
        'refund_amount': 'decimal(18, 4)',
        'created_at': 'timestamp',
        'created_on': 'date',
    }) }}

),

past_adjustments as (

    {{ past_records('adjustments', {
        'source_system': dbt.type_string(),
        'source_account': dbt.type_string(),
        'source_entity_id': dbt.type_string(),
        'source_customer_id': dbt.type_string(),
        'source_credit_note_id': dbt.type_string(),
        'adjustment_kind': dbt.type_string(),
        'currency': dbt.type_string(),
        'adjustment_amount': 'decimal(18, 4)',
        'adjusted_at': 'timestamp',
        'adjusted_on': 'date',
    }) }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

past_documents as (

    select
        'payment' as document_kind,
        record_key,
        source_system,
        source_account,
        source_entity_id,
        source_customer_id,
        source_payment_id,
        {{ source_key('past_payments', 'payment') }} as payment_key,
        cast(null as {{ dbt.type_string() }}) as credit_note_key,
        payment_status as document_status,
        currency,
        payment_amount as document_amount,
        paid_at as occurred_at,
        paid_on as occurred_on,
        known_from_at,
        known_before_at

    from past_payments

    union all

    select
        'credit_note' as document_kind,
        record_key,
        source_system,
        source_account,
        source_entity_id,
        source_customer_id,
        cast(null as {{ dbt.type_string() }}) as source_payment_id,
        cast(null as {{ dbt.type_string() }}) as payment_key,
        {{ source_key('past_credit_notes', 'credit_note') }} as credit_note_key,
        credit_note_status as document_status,
        currency,
        total_amount as document_amount,
        coalesce(issued_at, created_at) as occurred_at,
        coalesce(issued_on, created_on) as occurred_on,
        known_from_at,
        known_before_at

    from past_credit_notes

    union all

    select
        'refund' as document_kind,
        record_key,
        source_system,
        source_account,
        source_entity_id,
        source_customer_id,
        source_payment_id,
        {{ source_key('past_refunds', 'payment') }} as payment_key,
        {{ source_key('past_refunds', 'credit_note') }} as credit_note_key,
        refund_status as document_status,
        currency,
        refund_amount as document_amount,
        created_at as occurred_at,
        created_on as occurred_on,
        known_from_at,
        known_before_at

    from past_refunds

    union all

    select
        'adjustment' as document_kind,
        record_key,
        source_system,
        source_account,
        source_entity_id,
        source_customer_id,
        cast(null as {{ dbt.type_string() }}) as source_payment_id,
        cast(null as {{ dbt.type_string() }}) as payment_key,
        cast(null as {{ dbt.type_string() }}) as credit_note_key,
        'issued' as document_status,
        currency,
        adjustment_amount as document_amount,
        adjusted_at as occurred_at,
        adjusted_on as occurred_on,
        known_from_at,
        known_before_at

    from past_adjustments

    where
        adjustment_kind = 'credit_balance'
        and source_credit_note_id is null
        and adjustment_amount > 0

),

present_documents as (

    select
        'payment' as document_kind,
        payment_key as record_key,
        payment_key,
        cast(null as {{ dbt.type_string() }}) as credit_note_key,
        customer_key,
        source_system,
        source_payment_id,
        legal_entity_code,
        payment_status as document_status,
        currency,
        functional_currency,
        payment_amount as document_amount,
        paid_on as occurred_on,
        recorded_at

    from payments

    union all

    select
        'credit_note' as document_kind,
        credit_note_key as record_key,
        cast(null as {{ dbt.type_string() }}) as payment_key,
        credit_note_key,
        customer_key,
        source_system,
        cast(null as {{ dbt.type_string() }}) as source_payment_id,
        legal_entity_code,
        credit_note_status as document_status,
        currency,
        functional_currency,
        total_amount as document_amount,
        coalesce(issued_on, created_on) as occurred_on,
        recorded_at

    from credit_notes

    union all

    select
        'refund' as document_kind,
        refund_key as record_key,
        payment_key,
        credit_note_key,
        customer_key,
        source_system,
        source_payment_id,
        legal_entity_code,
        refund_status as document_status,
        currency,
        functional_currency,
        refund_amount as document_amount,
        created_on as occurred_on,
        recorded_at

    from refunds

    union all

    select
        'adjustment' as document_kind,
        adjustment_key as record_key,
        cast(null as {{ dbt.type_string() }}) as payment_key,
        cast(null as {{ dbt.type_string() }}) as credit_note_key,
        customer_key,
        source_system,
        cast(null as {{ dbt.type_string() }}) as source_payment_id,
        legal_entity_code,
        'issued' as document_status,
        currency,
        functional_currency,
        adjustment_amount as document_amount,
        adjusted_on as occurred_on,
        coalesce(recorded_at, {{ run_started() }}) as recorded_at

    from balance_credits

),

versions as (

    select
        present_documents.document_kind,
        present_documents.record_key,
        present_documents.payment_key,
        present_documents.credit_note_key,
        present_documents.customer_key,
        present_documents.source_system,
        present_documents.source_payment_id,
        present_documents.legal_entity_code,
        present_documents.document_status,
        present_documents.currency,
        present_documents.functional_currency,
        present_documents.document_amount,
        present_documents.occurred_on,
        coalesce(known_versions.known_from_at, present_documents.recorded_at) as known_from_at,
        cast(null as timestamp) as known_before_at

    from present_documents

    left join known_versions
        on present_documents.record_key = known_versions.record_key
        and present_documents.document_kind || 's' = known_versions.entity

    union all

    select
        past_documents.document_kind,
        past_documents.record_key,
        past_documents.payment_key,
        past_documents.credit_note_key,
        customer_ids.customer_key,
        past_documents.source_system,
        past_documents.source_payment_id,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        past_documents.document_status,
        past_documents.currency,
        source_entities.functional_currency,
        past_documents.document_amount,
        coalesce(
            past_documents.occurred_on,
            {{ local_date('past_documents.occurred_at', "coalesce(source_entities.time_zone, 'UTC')") }}
        ) as occurred_on,
        past_documents.known_from_at,
        past_documents.known_before_at

    from past_documents

    left join source_entities
        on past_documents.source_system = source_entities.source_system
        and past_documents.source_account = source_entities.source_account
        and coalesce(past_documents.source_entity_id, 'default') = source_entities.source_entity_id

    left join customer_ids
        on past_documents.source_system = customer_ids.source_system
        and past_documents.source_account = customer_ids.source_account
        and past_documents.source_customer_id = customer_ids.source_customer_id

)

select
    -- keys
    record_key,
    payment_key,
    credit_note_key,
    customer_key,
    source_system,
    source_payment_id,
    legal_entity_code,

    -- attributes
    document_kind,
    document_status,
    currency,
    functional_currency,

    -- measures
    document_amount,

    -- times
    occurred_on,
    known_from_at,
    known_before_at

from versions
