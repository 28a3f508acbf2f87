{#- Grain: one accepted row of the flat file customers. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__customers') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_customer_id,
    rows_taken.source_entity_id,
    rows_taken.source_parent_customer_id,
    rows_taken.source_bill_to_customer_id,
    rows_taken.merged_into_source_customer_id,
    rows_taken.external_reference,
    rows_taken.customer_name_hash,
    rows_taken.email_hash,
    rows_taken.email_domain,
    rows_taken.tax_id_hash,
    rows_taken.country_code,
    rows_taken.currency,
    rows_taken.payment_terms_days,
    rows_taken.is_deleted,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.recorded_at

from rows_taken
