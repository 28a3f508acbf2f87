{#- md5 of the columns in one canonical text form; null where the last column (the id) is null, so
    that an absent reference stays absent. Dates, not engines, decide the text: keys are made of
    text columns only. -#}
{% macro surrogate_key(columns) -%}
    case
        when {{ columns[-1] }} is not null
            then md5(
                {%- for column in columns %}
                coalesce({{ column }}, ''){{ " || '|' || " if not loop.last }}
                {%- endfor %}
            )
    end
{%- endmacro %}

{#- The key of a thing in the same system and account: source_key('invoices', 'invoice') reads
    source_system, source_account and source_invoice_id of that table. -#}
{% macro source_key(table, thing) -%}
    {{ surrogate_key([
        table ~ '.source_system', table ~ '.source_account', table ~ '.source_' ~ thing ~ '_id',
    ]) }}
{%- endmacro %}
