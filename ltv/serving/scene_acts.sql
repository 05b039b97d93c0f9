-- What people did, with what a scene is told by: how long a first page was looked at, how long the search words were.
SELECT user_id, EPOCH_US(ts) AS us, COALESCE(event, '') AS event, CAST(session_of AS VARCHAR) AS session,
       CAST(sku_of AS VARCHAR) AS sku, CAST(category_of AS VARCHAR) AS category, CAST(dwell_of AS DOUBLE) AS dwell_ms,
       CAST(LENGTH(CAST(query_of AS VARCHAR)) AS BIGINT) AS letters
FROM events
WHERE user_id IS NOT NULL AND EPOCH_US(ts) >= $from_us AND EPOCH_US(ts) < $until_us
ORDER BY user_id, us, event, sku
