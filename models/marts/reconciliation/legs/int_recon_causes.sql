{#- Grain: one cause that a leg names for itself, should it stand alone or differ. -#}
{{ union_listed('recon_causes', 'int_recon_causes_') }}
