{#- Grain: one row that a check found in this run; several rows may be one exception. -#}
{{ union_listed('exception_sources', 'int_exceptions_') }}
