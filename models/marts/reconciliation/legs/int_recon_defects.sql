{#- Grain: one thing that is wrong with a leg, whatever its amount. -#}
{{ union_recon('defects') }}
