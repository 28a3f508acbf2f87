{#- Grain: one movement of a bank account as one side tells it: a bank line, or what one ledger
    document posts to one cash account. Both sides of a movement have the same `clear_key`. -#}
with

bank_lines as (

    select * from {{ ref('fct_bank_lines') }}

),

cash_documents as (

    select * from {{ ref('int_recon_cash_documents') }}

),

told as (

    select
        'bank' as told_by,
        'bank line ' || bank_line_key as movement_key,
        bank_line_key as source_key,
        legal_entity_code,
        source_bank_account_id,
        source_bank_line_id as document_number,
        bank_reference as reference,
        currency,
        functional_currency,
        line_amount as moved_amount,
        line_amount_functional as moved_amount_functional,
        booked_on as moved_on,
        period_month,
        recorded_at

    from bank_lines

    union all

    select
        'ledger' as told_by,
        'cash of document ' || ledger_document_key || ' ' || account_code as movement_key,
        ledger_document_key as source_key,
        legal_entity_code,
        source_bank_account_id,
        document_number,
        external_reference as reference,
        currency,
        functional_currency,
        cash_amount as moved_amount,
        cash_amount_functional as moved_amount_functional,
        posted_on as moved_on,
        period_month,
        recorded_at

    from cash_documents

),

shared_references as (

    select
        legal_entity_code,
        currency,
        reference

    from told

    where reference is not null

    group by legal_entity_code, currency, reference

    having count(distinct told_by) = 2

),

numbered as (

    -- Journals of the bank's own entries name none of them: equal money on the same day is the
    -- same, the first with the first.
    select
        told.*,
        shared_references.reference is not null as is_reference_shared,
        row_number() over (
            partition by
                told.told_by,
                told.legal_entity_code,
                told.currency,
                told.source_bank_account_id,
                told.moved_on,
                told.moved_amount,
                shared_references.reference is null
            order by told.source_key
        ) as place

    from told

    left join shared_references
        on told.legal_entity_code = shared_references.legal_entity_code
        and told.currency = shared_references.currency
        and told.reference = shared_references.reference

)

select
    -- keys
    movement_key,
    told_by,
    source_key,
    legal_entity_code,
    source_bank_account_id,
    document_number,
    reference,
    case
        when is_reference_shared then 'reference ' || reference
        else
            source_bank_account_id || ' '
            || cast(moved_on as {{ dbt.type_string() }}) || ' '
            || cast(moved_amount as {{ dbt.type_string() }}) || ' '
            || cast(place as {{ dbt.type_string() }})
    end as clear_key,

    -- attributes
    is_reference_shared,
    currency,
    functional_currency,

    -- measures
    moved_amount,
    moved_amount_functional,

    -- times
    moved_on,
    period_month,
    recorded_at

from numbered
