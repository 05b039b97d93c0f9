-- Sessions: by the name they have, else by half an hour of silence; each with the one before and the one after.
SELECT s.user_id, begin_us, end_us, views, searches, carts, removals, search_us, cart_us, order_us,
       CAST(begin_us - LAG(begin_us) OVER (PARTITION BY s.user_id ORDER BY begin_us, end_us) AS DOUBLE) / 86400000000 AS gap_days,
       LEAD(begin_us) OVER (PARTITION BY s.user_id ORDER BY begin_us, end_us) - end_us AS back_us,
       $cutoff_us - end_us AS since_us,
       ROW_NUMBER() OVER (PARTITION BY s.user_id ORDER BY begin_us, end_us) AS place,
       COUNT(*) OVER (PARTITION BY s.user_id) AS sessions,
       p.observed_days
FROM (
    SELECT user_id, MIN(us) AS begin_us, MAX(us) AS end_us,
           SUM(CASE WHEN event = 'view' THEN 1 ELSE 0 END) AS views,
           SUM(CASE WHEN event = 'search' THEN 1 ELSE 0 END) AS searches,
           SUM(CASE WHEN event = 'add_to_cart' THEN 1 ELSE 0 END) AS carts,
           SUM(CASE WHEN event = 'remove_from_cart' THEN 1 ELSE 0 END) AS removals,
           MIN(CASE WHEN event = 'search' THEN us END) AS search_us,
           MIN(CASE WHEN event = 'add_to_cart' THEN us END) AS cart_us,
           MIN(CASE WHEN event = 'add_to_cart' THEN next_order_us END) AS order_us
    FROM (
        SELECT user_id, us, event, session, grouping, next_order_us,
               SUM(CASE WHEN before_us IS NULL OR us - before_us > $silence_us THEN 1 ELSE 0 END)
                   OVER (PARTITION BY user_id, grouping ORDER BY us, event ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number
        FROM acts
        WHERE grouping <> 'an order'
    ) numbered
    GROUP BY user_id, grouping, COALESCE(session, ''), CASE WHEN grouping = 'by silence' THEN number ELSE 0 END
) s
JOIN people p ON p.user_id = s.user_id
