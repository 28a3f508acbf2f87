{#- Grain: one bank line's worth of money that the ERP booked as another amount, with what the
    difference may be: what a bank keeps, what a customer withholds by law, or more than booked. -#}
with

movements as (

    select * from {{ ref('int_recon_cash_movements') }}

),

cash_documents as (

    select * from {{ ref('int_recon_cash_documents') }} where is_customers_cash

),

applications as (

    select * from {{ ref('fct_ledger_applications') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }}

),

document_parts as (

    select * from {{ ref('int_recon_ledger_documents') }}

),

deductions as (

    select * from {{ ref('receipt_deductions') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

journal_lines as (

    select * from {{ ref('fct_journal_lines') }} where is_posting and is_primary_book

),

compared as (

    select
        legal_entity_code,
        currency,
        clear_key,
        {{ sum_amount("case when told_by = 'ledger' then moved_amount end") }} as booked_amount,
        {{ sum_amount("case when told_by = 'ledger' then moved_amount else -moved_amount end") }}
            as difference_amount

    from movements

    group by legal_entity_code, currency, clear_key

    having
        count(distinct told_by) = 2
        and {{ sum_amount(
            "case when told_by = 'ledger' then moved_amount else -moved_amount end"
        ) }} <> 0

),

booked as (

    select
        compared.legal_entity_code,
        compared.currency,
        compared.clear_key,
        compared.booked_amount,
        compared.difference_amount,
        movements.source_key as ledger_document_key,
        cash_documents.customer_key

    from compared

    inner join movements
        on compared.clear_key = movements.clear_key
        and compared.legal_entity_code = movements.legal_entity_code
        and compared.currency = movements.currency
        and movements.told_by = 'ledger'

    inner join cash_documents
        on movements.source_key = cash_documents.ledger_document_key
        and movements.source_bank_account_id = cash_documents.source_bank_account_id
        and movements.currency = cash_documents.currency

),

withholding_customers as (

    -- Who withholds once withholds as a rule.
    select journal_lines.customer_key

    from journal_lines

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code
        and accounts.account_role = 'withholding_tax'

    where journal_lines.customer_key is not null

    group by journal_lines.customer_key

),

paid as (

    select
        booked.legal_entity_code,
        booked.currency,
        booked.clear_key,
        booked.booked_amount,
        booked.difference_amount,
        count(ledger_documents.ledger_document_key) as invoice_count,
        {{ sum_amount('ledger_documents.total_amount - coalesce(document_parts.tax_amount, 0)') }}
            as net_amount,
        max(case when withholding_customers.customer_key is null then 0 else 1 end) as withholds

    from booked

    left join applications
        on booked.ledger_document_key = applications.from_ledger_document_key

    left join ledger_documents
        on applications.to_ledger_document_key = ledger_documents.ledger_document_key

    left join document_parts
        on ledger_documents.ledger_document_key = document_parts.ledger_document_key

    left join withholding_customers
        on booked.customer_key = withholding_customers.customer_key

    group by
        booked.legal_entity_code,
        booked.currency,
        booked.clear_key,
        booked.booked_amount,
        booked.difference_amount

),

fitting as (

    select
        paid.legal_entity_code,
        paid.currency,
        paid.clear_key,
        max(paid.difference_amount) as difference_amount,
        max(paid.booked_amount) as booked_amount,
        max(paid.net_amount) as net_amount,
        max(paid.withholds) as withholds,
        max(case
            when
                deductions.cap_amount is not null
                and paid.difference_amount > 0
                and paid.difference_amount <= deductions.cap_amount
                then 1
            else 0
        end) as is_bank_charge,
        max(case
            when
                abs(paid.difference_amount * 10000 - paid.net_amount * deductions.rate_bps)
                * currencies.units_per_major
                <= 10000 * deductions.rounding_minor_units * (paid.invoice_count + 1)
                or abs(paid.difference_amount * 10000 - paid.booked_amount * deductions.rate_bps)
                * currencies.units_per_major
                <= 10000 * deductions.rounding_minor_units * (paid.invoice_count + 1)
                then 1
            else 0
        end) as is_withheld

    from paid

    inner join currencies
        on paid.currency = currencies.currency

    left join deductions
        on paid.currency = coalesce(deductions.currency, paid.currency)

    group by paid.legal_entity_code, paid.currency, paid.clear_key

)

select
    -- keys
    legal_entity_code,
    currency,
    clear_key,

    -- attributes
    case
        when difference_amount < 0 then 'over_payment'
        when is_withheld = 1 and (is_bank_charge = 0 or withholds = 1) then 'withholding_tax'
        when is_bank_charge = 1 then 'short_paid_bank_charge'
        else 'amount_mismatch'
    end as break_code,
    'booked ' || cast(booked_amount as {{ dbt.type_string() }}) || ', received less by '
    || cast(difference_amount as {{ dbt.type_string() }}) || ', net of the invoices paid '
    || cast(net_amount as {{ dbt.type_string() }}) as evidence

from fitting
