{#- Grain: one rule of approval that one manual credit breaks, as the queue wants it. -#}
with

violations as (

    select * from {{ ref('int_credit_violations') }}

),

credits as (

    select * from {{ ref('int_manual_credits') }}

)

select
    -- keys
    violations.check_id,
    credits.legal_entity_code,
    {{ joined_key([
        'credits.subject_kind', 'credits.source_system', 'credits.source_account', 'credits.source_subject_id'
    ]) }} as natural_key,
    credits.customer_key,
    case when credits.subject_kind = 'credit_note' then 'fct_credit_notes' else 'fct_adjustments' end as source_table,
    credits.credit_key as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    cast(null as {{ dbt.type_string() }}) as cause_code,
    credits.document_key || ': ' || violations.evidence as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    case
        when violations.check_id = 'credit_split'
            then
                'select * from core.'
                || case
                    when credits.subject_kind = 'credit_note' then 'fct_credit_notes'
                    else 'fct_adjustments'
                end
                || ' where customer_key = ' || {{ as_sql_text('credits.customer_key') }}
                || ' and legal_entity_code = ' || {{ as_sql_text('credits.legal_entity_code') }}
        when credits.subject_kind = 'credit_note'
            then
                'select credits.*, approvals.requested_by, approvals.approved_by,'
                || ' approvals.approver_limit_amount, approvals.approved_at'
                || ' from core.fct_credit_notes as credits left join core.fct_approvals as approvals'
                || ' on credits.source_credit_note_id = approvals.source_subject_id'
                || ' and credits.legal_entity_code = approvals.legal_entity_code'
                || ' and approvals.subject_kind = ''credit_note'''
                || ' where credits.credit_note_key = ' || {{ as_sql_text('credits.credit_key') }}
        else
            'select credits.*, approvals.requested_by, approvals.approved_by,'
            || ' approvals.approver_limit_amount, approvals.approved_at'
            || ' from core.fct_adjustments as credits left join core.fct_approvals as approvals'
            || ' on credits.source_adjustment_id = approvals.source_subject_id'
            || ' and credits.legal_entity_code = approvals.legal_entity_code'
            || ' and approvals.subject_kind = ''adjustment'''
            || ' where credits.adjustment_key = ' || {{ as_sql_text('credits.credit_key') }}
    end as drill_sql,

    -- measures
    cast(credits.credit_amount_reporting as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    credits.credited_on as occurred_on,
    cast(null as date) as due_on

from violations

inner join credits
    on violations.subject_kind = credits.subject_kind
    and violations.credit_key = credits.credit_key
