{#- Grain: one entry of one invoice into dunning, and what came of it within its time. -#}
with

entries as (

    select * from {{ ref('int_dunning_entries') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

receivable_events as (

    select * from {{ ref('fct_receivable_events') }}
    where receivable_kind = 'open_items' and known_before_at is null

),

document_applications as (

    select * from {{ ref('fct_document_applications') }}

),

told as (

    -- A reversal of a payment takes recovery back; one of a credit does not.
    select
        receivable_events.invoice_key,
        receivable_events.movement,
        receivable_events.event_amount,
        receivable_events.occurred_on,
        case
            when receivable_events.movement = 'invoices' then 'invoiced'
            when
                document_applications.application_kind = 'payment'
                and receivable_events.movement in ('cash_applied', 'applications_reversed')
                then 'paid'
            when receivable_events.movement in ('write_offs', 'write_offs_reversed') then 'written off'
            when receivable_events.movement = 'voids' then 'voided'
            else 'credited'
        end as outcome_kind

    from receivable_events

    left join document_applications
        on receivable_events.event_source_key = document_applications.document_application_key

),

placed as (

    -- Dunning starts with its first notice: what came before is not its doing. An invoice may be
    -- dunned on the day of its issue, when its payment fails.
    select
        entries.dunning_event_key,
        case
            when told.outcome_kind = 'invoiced' or told.occurred_on < entries.first_notice_on
                then 'dunned'
            when told.occurred_on >= entries.first_notice_on then told.outcome_kind
        end as outcome_kind,
        told.event_amount

    from entries

    inner join told
        on entries.invoice_key = told.invoice_key
        and entries.window_ends_on >= told.occurred_on
        and entries.next_entered_on > told.occurred_on

),

summed as (

    select
        dunning_event_key,
        {{ sum_amount("case when outcome_kind = 'dunned' then event_amount end") }} as dunned_amount,
        {{ sum_amount("case when outcome_kind = 'paid' then -event_amount end") }} as paid_amount,
        {{ sum_amount("case when outcome_kind = 'credited' then -event_amount end") }}
            as credited_amount,
        {{ sum_amount("case when outcome_kind = 'written off' then -event_amount end") }}
            as written_off_amount,
        {{ sum_amount("case when outcome_kind = 'voided' then -event_amount end") }} as voided_amount

    from placed

    group by dunning_event_key

),

judged as (

    select
        entries.*,
        summed.paid_amount,
        summed.credited_amount,
        summed.written_off_amount,
        summed.voided_amount,
        entries.first_notice_on is not null and summed.dunned_amount > 0 as is_dunned,
        entries.window_ends_on < {{ as_of_date() }} as is_mature,
        case
            when entries.first_notice_on is not null and summed.dunned_amount > 0
                then summed.dunned_amount
            else 0
        end as dunned_amount

    from entries

    inner join summed
        on entries.dunning_event_key = summed.dunning_event_key

),

recovered as (

    select
        judged.*,
        case
            when is_dunned then least(greatest(paid_amount, 0), dunned_amount) else 0
        end as recovered_amount

    from judged

)

select
    -- keys
    recovered.dunning_event_key,
    recovered.invoice_key,
    invoices.customer_key,
    invoices.source_system,
    invoices.legal_entity_code,

    -- attributes
    case
        when not recovered.is_dunned then 'settled before notice'
        when recovered.recovered_amount >= recovered.dunned_amount then 'recovered'
        when
            recovered.paid_amount + recovered.credited_amount + recovered.written_off_amount
            + recovered.voided_amount >= recovered.dunned_amount
            then case
                when recovered.voided_amount > 0 then 'voided'
                when recovered.written_off_amount > 0 then 'written off'
                else 'credited'
            end
        when not recovered.is_mature then 'running'
        when recovered.recovered_amount > 0 then 'partly recovered'
        else 'not recovered'
    end as dunning_outcome,
    recovered.is_dunned,
    recovered.is_dunned and recovered.recovered_amount >= recovered.dunned_amount as is_recovered,
    recovered.is_mature,
    recovered.notice_count,
    recovered.window_days,
    invoices.currency,

    -- measures
    cast(recovered.dunned_amount as decimal(38, 4)) as dunned_amount,
    cast(recovered.recovered_amount as decimal(38, 4)) as recovered_amount,
    cast(recovered.credited_amount as decimal(38, 4)) as credited_amount,
    cast(recovered.written_off_amount as decimal(38, 4)) as written_off_amount,
    cast(recovered.voided_amount as decimal(38, 4)) as voided_amount,

    -- times
    recovered.entered_on,
    {{ month_of('recovered.entered_on') }} as entered_month,
    recovered.first_notice_on,
    recovered.window_ends_on

from recovered

inner join invoices
    on recovered.invoice_key = invoices.invoice_key
