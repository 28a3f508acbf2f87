{#- Grain: one accepted row of the flat file dunning_events. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__dunning_events') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_dunning_event_id,
    rows_taken.source_customer_id,
    rows_taken.source_invoice_id,
    rows_taken.event_kind,
    rows_taken.dunning_step,
    rows_taken.occurred_at,
    rows_taken.occurred_on,
    rows_taken.recorded_at

from rows_taken
