{#- Grain: one message between two systems that failed for good or waits too long. -#}
with

messages as (

    select * from {{ ref('int_undelivered_messages') }} where check_id is not null

),

documents as (

    select
        'invoice' as object_kind,
        legal_entity_code,
        source_invoice_id as source_object_id,
        customer_key,
        total_amount_reporting as amount_reporting

    from {{ ref('fct_invoices') }}

    union all

    select
        'credit_note' as object_kind,
        legal_entity_code,
        source_credit_note_id as source_object_id,
        customer_key,
        total_amount_reporting as amount_reporting

    from {{ ref('fct_credit_notes') }}

    union all

    select
        'payment' as object_kind,
        legal_entity_code,
        source_payment_id as source_object_id,
        customer_key,
        payment_amount_reporting as amount_reporting

    from {{ ref('fct_payments') }}

    union all

    select
        'refund' as object_kind,
        legal_entity_code,
        source_refund_id as source_object_id,
        customer_key,
        refund_amount_reporting as amount_reporting

    from {{ ref('fct_refunds') }}

),

carried as (

    -- Two systems of an entity may have an object of one id.
    select
        messages.sync_message_key,
        min(documents.customer_key) as customer_key,
        cast(max(abs(documents.amount_reporting)) as decimal(38, 4)) as amount_at_risk_reporting

    from messages

    inner join documents
        on messages.object_kind = documents.object_kind
        and messages.legal_entity_code = documents.legal_entity_code
        and messages.source_object_id = documents.source_object_id

    group by messages.sync_message_key

)

select
    -- keys
    messages.check_id,
    messages.legal_entity_code,
    {{ joined_key([
        'messages.source_account', 'messages.interface_code', 'messages.message_key',
    ]) }} as natural_key,
    carried.customer_key,
    'fct_sync_messages' as source_table,
    messages.sync_message_key as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    messages.error_code as cause_code,
    messages.interface_code || ' ' || coalesce(messages.object_kind, '') || ' '
    || coalesce(messages.source_object_id, '') || ': attempt '
    || cast(messages.attempt_number as {{ dbt.type_string() }}) || ' ' || messages.message_status
    || coalesce(' (' || messages.error_code || ')', '') as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down('core.fct_sync_messages', {
        'source_account': 'messages.source_account', 'interface_code': 'messages.interface_code',
        'message_key': 'messages.message_key',
    }) }} as drill_sql,

    -- measures
    carried.amount_at_risk_reporting,

    -- times
    coalesce(messages.created_on, messages.last_on) as occurred_on,
    cast(null as date) as due_on

from messages

left join carried
    on messages.sync_message_key = carried.sync_message_key
