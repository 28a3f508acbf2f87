{#- TEMP -#}
select cast(null as varchar) as subject_key, cast(null as varchar) as action where 1=0
