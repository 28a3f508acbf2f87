{#- Grain: one cause that a leg names for itself, should it stand alone or differ. -#}
{{ union_recon('causes') }}
