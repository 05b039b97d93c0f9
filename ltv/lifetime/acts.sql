-- Events of the window, with orders among them to know of each event when the next order came.
SELECT user_id, us, hour, event, session, price, category, dwell_ms, grouping,
       LAG(us) OVER (PARTITION BY user_id, grouping ORDER BY us, event) AS before_us,
       -- from the last row backwards
       MIN(order_us) OVER (PARTITION BY user_id ORDER BY us DESC, grouping, event DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS next_order_us
FROM (
    SELECT user_id, EPOCH_US(ts) AS us, CAST(local_hour AS BIGINT) AS hour, COALESCE(event, '') AS event, CAST(session_of AS VARCHAR) AS session,
           CAST(price_of AS DOUBLE) AS price, CAST(category_of AS VARCHAR) AS category, CAST(dwell_of AS DOUBLE) AS dwell_ms,
           CASE WHEN session_of IS NULL THEN 'by silence' ELSE 'by name' END AS grouping, CAST(NULL AS BIGINT) AS order_us
    FROM events
    WHERE user_id IS NOT NULL AND EPOCH_US(ts) >= $from_us AND EPOCH_US(ts) < $cutoff_us
    UNION ALL
    SELECT user_id, us, CAST(0 AS BIGINT) AS hour, '' AS event, CAST(NULL AS VARCHAR) AS session, CAST(NULL AS DOUBLE) AS price,
           CAST(NULL AS VARCHAR) AS category, CAST(NULL AS DOUBLE) AS dwell_ms, 'an order' AS grouping, us AS order_us
    FROM bought
) both_kinds
