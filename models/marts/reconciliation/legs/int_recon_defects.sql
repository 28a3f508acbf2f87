{#- Grain: one thing that is wrong with a leg, whatever its amount. -#}
{{ union_listed('recon_defects', 'int_recon_defects_') }}
