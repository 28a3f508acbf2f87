{#- TEMP -#}
select cast(null as {{ dbt.type_string() }}) as subject_key, cast(null as {{ dbt.type_string() }}) as action where 1=0
