-- Events of the window in one form.
SELECT user_id, EPOCH_US(ts) AS us, CAST(local_hour AS BIGINT) AS hour, COALESCE(event, '') AS event, CAST(session_of AS VARCHAR) AS session,
       CAST(price_of AS DOUBLE) AS price, CAST(category_of AS VARCHAR) AS category, CAST(dwell_of AS DOUBLE) AS dwell_ms
FROM events
WHERE user_id IS NOT NULL AND EPOCH_US(ts) >= $from_us AND EPOCH_US(ts) < $cutoff_us
