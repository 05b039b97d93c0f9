-- Each session with the one before, the one after, and the first order after its cart was filled.
SELECT v.user_id, v.begin_us, v.end_us, v.views, v.searches, v.carts, v.removals, v.search_us, v.cart_us, o.order_us,
       CAST(v.begin_us - LAG(v.begin_us) OVER (PARTITION BY v.user_id ORDER BY v.begin_us, v.end_us) AS DOUBLE) / 86400000000 AS gap_days,
       LEAD(v.begin_us) OVER (PARTITION BY v.user_id ORDER BY v.begin_us, v.end_us) - v.end_us AS back_us,
       $cutoff_us - v.end_us AS since_us,
       ROW_NUMBER() OVER (PARTITION BY v.user_id ORDER BY v.begin_us, v.end_us) AS place,
       COUNT(*) OVER (PARTITION BY v.user_id) AS sessions,
       p.observed_days
FROM visits v
JOIN people p ON p.user_id = v.user_id
LEFT JOIN (
    SELECT c.user_id, c.cart_us, MIN(b.us) AS order_us
    FROM (SELECT DISTINCT user_id, cart_us FROM visits WHERE cart_us IS NOT NULL) c
    JOIN bought b ON b.user_id = c.user_id AND b.us >= c.cart_us
    GROUP BY c.user_id, c.cart_us
) o ON o.user_id = v.user_id AND o.cart_us = v.cart_us
