{#- Grain: one movement of money of one case. -#}
with

processor_movements as (

    select * from {{ ref('int_dispute_processor_movements') }}

),

answers as (

    select * from {{ ref('int_dispute_answers') }}

),

cases as (

    select * from {{ ref('int_dispute_cases') }}

),

treatments as (

    select * from {{ ref('chargeback_treatment') }}

),

postings as (

    select * from {{ ref('chargeback_postings') }}

),

withdrawn as (

    -- The policy of the day of withdrawal holds for a dispute to its end.
    select
        dispute_source_key,
        min(occurred_on) as policy_on

    from processor_movements

    group by dispute_source_key

),

gathered as (

    select
        processor_movements.dispute_movement_key,
        cases.dispute_case_key,
        processor_movements.dispute_source_key,
        processor_movements.dispute_event_key,
        cast(null as {{ dbt.type_string() }}) as credit_note_key,
        cast(null as {{ dbt.type_string() }}) as refund_key,
        processor_movements.legal_entity_code,
        processor_movements.movement_kind,
        processor_movements.currency,
        processor_movements.is_cash,
        false as has_credit_note,
        processor_movements.moved_amount,
        processor_movements.moved_amount_functional,
        processor_movements.moved_amount_reporting,
        processor_movements.occurred_on,
        withdrawn.policy_on

    from processor_movements

    inner join cases
        on processor_movements.dispute_source_key = cases.dispute_source_key

    inner join withdrawn
        on processor_movements.dispute_source_key = withdrawn.dispute_source_key

    union all

    select
        {{ surrogate_key(['movement_kind', 'answer_key']) }} as dispute_movement_key,
        dispute_case_key,
        cast(null as {{ dbt.type_string() }}) as dispute_source_key,
        cast(null as {{ dbt.type_string() }}) as dispute_event_key,
        credit_note_key,
        refund_key,
        legal_entity_code,
        movement_kind,
        currency,
        movement_kind = 'refund' as is_cash,
        has_credit_note,
        moved_amount,
        moved_amount_functional,
        moved_amount_reporting,
        occurred_on,
        occurred_on as policy_on

    from answers

),

treated as (

    select
        gathered.*,
        coalesce(particular.treatment, general.treatment) as treatment

    from gathered

    left join treatments as particular
        on gathered.legal_entity_code = particular.legal_entity_code
        and gathered.policy_on >= particular.valid_from_on
        and gathered.policy_on < particular.valid_before_on

    left join treatments as general
        on general.legal_entity_code = '*'
        and gathered.policy_on >= general.valid_from_on
        and gathered.policy_on < general.valid_before_on

),

posted as (

    select
        treated.*,
        coalesce(particular.debit_role, general.debit_role) as debit_role,
        coalesce(particular.credit_role, general.credit_role) as credit_role

    from treated

    left join postings as particular
        on treated.treatment = particular.treatment
        and treated.movement_kind = particular.movement_kind

    left join postings as general
        on general.treatment = '*'
        and treated.movement_kind = general.movement_kind

)

select
    -- keys
    dispute_movement_key,
    dispute_case_key,
    dispute_source_key,
    dispute_event_key,
    credit_note_key,
    refund_key,
    legal_entity_code,

    -- attributes
    movement_kind,
    treatment,
    debit_role,
    credit_role,
    currency,
    is_cash,
    has_credit_note,

    -- measures
    moved_amount,
    moved_amount_functional,
    moved_amount_reporting,
    cast(
        case
            when debit_role = 'disputed_funds' then abs(moved_amount)
            when credit_role = 'disputed_funds' then -abs(moved_amount)
            else 0
        end as decimal(18, 4)
    ) as disputed_funds_amount,

    -- times
    occurred_on,
    {{ month_of('occurred_on') }} as period_month

from posted
