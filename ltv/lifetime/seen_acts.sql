-- Events of the window, orders among them; of each, the event before it in the same session where it has one, else the event before.
SELECT user_id, us, local_us, event, session, price, category, dwell_ms, grouping,
       LAG(us) OVER (PARTITION BY user_id, grouping ORDER BY us, event) AS before_us,
       -- from the last row backwards: the next order
       MIN(CASE WHEN grouping = 'order' THEN us END)
           OVER (PARTITION BY user_id ORDER BY us DESC, grouping ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS next_order_us
FROM (
    SELECT user_id, EPOCH_US(ts) AS us, local_us AS local_us, COALESCE(event, '') AS event, CAST(session AS VARCHAR) AS session,
           CAST(price AS DOUBLE) AS price, CAST(category AS VARCHAR) AS category, CAST(dwell_ms AS DOUBLE) AS dwell_ms,
           CASE WHEN session IS NULL THEN 'by gap' ELSE 'by name' END AS grouping
    FROM events
    WHERE user_id IS NOT NULL AND EPOCH_US(ts) >= $from_us AND EPOCH_US(ts) < $cutoff_us
    UNION ALL
    SELECT user_id, us, us AS local_us, '' AS event, NULL AS session, NULL AS price, NULL AS category, NULL AS dwell_ms, 'order' AS grouping
    FROM ordered
    WHERE us >= $from_us
) a
