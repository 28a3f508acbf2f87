{#- Grain: one column of one canonical entity as one system fills it. -#}
{{ count_filled_cells() }}
