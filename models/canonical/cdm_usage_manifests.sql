{#- Grain: what one meter says it sent in one window. -#}
{{ union_feeds('usage_manifests') }}
