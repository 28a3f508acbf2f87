{#- Grain: one attempt to deliver one integration message. -#}
{{ union_feeds('sync_messages') }}
