{#- Grain: one delivered row of the raw table invoice. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'invoice') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'invoice', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'invoice') }} as payload_hash,
        {{ row_problem('stripe', 'invoice') }} as problem,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as invoice_id,
        {{ to_text('raw.number') }} as invoice_number,
        {{ to_text('raw.customer_id') }} as customer_id,
        {{ to_text('raw.subscription_id') }} as subscription_id,
        {{ to_text('raw.charge_id') }} as charge_id,
        {{ to_text('raw.payment_intent_id') }} as payment_intent_id,
        lower({{ to_text('raw.status') }}) as invoice_status,
        {{ to_text('raw.billing_reason') }} as billing_reason,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.subtotal') }} as subtotal_amount,
        {{ minor_to_major('raw.tax') }} as tax_amount,
        {{ minor_to_major('raw.total') }} as total_amount,
        {{ minor_to_major('raw.amount_due') }} as due_amount,
        {{ minor_to_major('raw.amount_paid') }} as paid_amount,
        {{ minor_to_major('raw.amount_remaining') }} as remaining_amount,
        {{ minor_to_major('raw.starting_balance') }} as starting_balance_amount,
        {{ minor_to_major('raw.ending_balance') }} as ending_balance_amount,
        {{ minor_to_major('raw.pre_payment_credit_notes_amount') }}
            as pre_payment_credit_notes_amount,
        {{ minor_to_major('raw.post_payment_credit_notes_amount') }}
            as post_payment_credit_notes_amount,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.date', 'invoice_date') }},
        {{ both_clocks('raw.due_date', 'due') }},
        {{ both_clocks('raw.finalized_at', 'finalized') }},
        {{ both_clocks('raw.status_transitions_finalized_at', 'transition_finalized') }},
        {{ both_clocks('raw.status_transitions_paid_at', 'paid') }},
        {{ both_clocks('raw.status_transitions_voided_at', 'voided') }},
        {{ both_clocks('raw.status_transitions_marked_uncollectible_at', 'written_off') }}

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.status') }}) = statuses.raw_value

),

judged as (

    {{ judge_rows('typed') }}

)

select
    -- place and fate
    source_account,
    source_file,
    source_row,
    row_id,
    row_disposition,
    disposition_reason,
    row_version as synced_at,
    is_marked_deleted as is_deleted,

    -- the record
    invoice_id,
    invoice_number,
    customer_id,
    subscription_id,
    charge_id,
    payment_intent_id,
    invoice_status,
    billing_reason,
    currency,
    subtotal_amount,
    tax_amount,
    total_amount,
    due_amount,
    paid_amount,
    remaining_amount,
    starting_balance_amount,
    ending_balance_amount,
    pre_payment_credit_notes_amount,
    post_payment_credit_notes_amount,
    created_at,
    created_on,
    invoice_date_at,
    invoice_date_on,
    due_at,
    due_on,
    finalized_at,
    finalized_on,
    transition_finalized_at,
    transition_finalized_on,
    paid_at,
    paid_on,
    voided_at,
    voided_on,
    written_off_at,
    written_off_on

from judged
