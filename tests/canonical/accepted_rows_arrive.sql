{{ config(group='ingestion') }}
-- Law: what staging accepted arrives. Of every system, the staged rows that feed_filters names for
-- a canonical entity are in it, once, with their amounts; and every mapping is named there.
{{ accepted_rows_arrive() }}
