{#- Grain: one version of an application or of a write-off of an invoice, over the time in which it
    was the one known. -#}
with

document_applications as (

    select * from {{ ref('fct_document_applications') }}

),

adjustments as (

    select * from {{ ref('fct_adjustments') }}

),

known_versions as (

    select * from {{ ref('int_known_versions') }}
    where entity in ('document_applications', 'adjustments') and known_before_at is null

),

past_applications as (

    {{ past_records('document_applications', {
        'source_system': dbt.type_string(),
        'source_account': dbt.type_string(),
        'source_invoice_id': dbt.type_string(),
        'source_payment_id': dbt.type_string(),
        'source_credit_note_id': dbt.type_string(),
        'application_kind': dbt.type_string(),
        'is_reversal': 'boolean',
        'currency': dbt.type_string(),
        'applied_amount': 'decimal(18, 4)',
        'applied_at': 'timestamp',
        'applied_on': 'date',
    }) }}

),

past_adjustments as (

    {{ past_records('adjustments', {
        'source_system': dbt.type_string(),
        'source_account': dbt.type_string(),
        'source_invoice_id': dbt.type_string(),
        'source_credit_note_id': dbt.type_string(),
        'adjustment_kind': dbt.type_string(),
        'currency': dbt.type_string(),
        'adjustment_amount': 'decimal(18, 4)',
        'adjusted_at': 'timestamp',
        'adjusted_on': 'date',
    }) }}

),

versions as (

    select
        'application' as settlement_source,
        document_applications.document_application_key as settlement_key,
        document_applications.invoice_key,
        document_applications.payment_key,
        document_applications.credit_note_key,
        document_applications.application_kind as settlement_kind,
        document_applications.is_reversal,
        document_applications.currency,
        document_applications.applied_amount as settled_amount,
        document_applications.applied_at as settled_at,
        document_applications.applied_on as settled_on,
        coalesce(known_versions.known_from_at, document_applications.recorded_at) as known_from_at,
        cast(null as timestamp) as known_before_at

    from document_applications

    left join known_versions
        on document_applications.document_application_key = known_versions.record_key
        and known_versions.entity = 'document_applications'

    union all

    select
        'application' as settlement_source,
        past_applications.record_key as settlement_key,
        {{ source_key('past_applications', 'invoice') }} as invoice_key,
        {{ source_key('past_applications', 'payment') }} as payment_key,
        {{ source_key('past_applications', 'credit_note') }} as credit_note_key,
        past_applications.application_kind as settlement_kind,
        past_applications.is_reversal,
        past_applications.currency,
        past_applications.applied_amount as settled_amount,
        past_applications.applied_at as settled_at,
        past_applications.applied_on as settled_on,
        past_applications.known_from_at,
        past_applications.known_before_at

    from past_applications

    union all

    select
        'adjustment' as settlement_source,
        adjustments.adjustment_key as settlement_key,
        adjustments.invoice_key,
        cast(null as {{ dbt.type_string() }}) as payment_key,
        adjustments.credit_note_key,
        adjustments.adjustment_kind as settlement_kind,
        false as is_reversal,
        adjustments.currency,
        adjustments.adjustment_amount as settled_amount,
        adjustments.adjusted_at as settled_at,
        adjustments.adjusted_on as settled_on,
        coalesce(known_versions.known_from_at, adjustments.recorded_at, {{ run_started() }})
            as known_from_at,
        cast(null as timestamp) as known_before_at

    from adjustments

    left join known_versions
        on adjustments.adjustment_key = known_versions.record_key
        and known_versions.entity = 'adjustments'

    where adjustments.adjustment_kind in ('write_off', 'write_off_reversal')

    union all

    select
        'adjustment' as settlement_source,
        past_adjustments.record_key as settlement_key,
        {{ source_key('past_adjustments', 'invoice') }} as invoice_key,
        cast(null as {{ dbt.type_string() }}) as payment_key,
        {{ source_key('past_adjustments', 'credit_note') }} as credit_note_key,
        past_adjustments.adjustment_kind as settlement_kind,
        false as is_reversal,
        past_adjustments.currency,
        past_adjustments.adjustment_amount as settled_amount,
        past_adjustments.adjusted_at as settled_at,
        past_adjustments.adjusted_on as settled_on,
        past_adjustments.known_from_at,
        past_adjustments.known_before_at

    from past_adjustments

    where past_adjustments.adjustment_kind in ('write_off', 'write_off_reversal')

)

select
    -- keys
    settlement_key,
    invoice_key,
    payment_key,
    credit_note_key,

    -- attributes
    settlement_source,
    settlement_kind,
    is_reversal,
    currency,

    -- measures
    settled_amount,

    -- times
    settled_at,
    settled_on,
    known_from_at,
    known_before_at

from versions
