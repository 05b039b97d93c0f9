-- Sessions: by the name they have, else by silence; what was done in each, and when the cart was first filled.
SELECT user_id, MIN(us) AS begin_us, MAX(us) AS end_us,
       SUM(CASE WHEN event = 'view' THEN 1 ELSE 0 END) AS views,
       SUM(CASE WHEN event = 'search' THEN 1 ELSE 0 END) AS searches,
       SUM(CASE WHEN event = 'add_to_cart' THEN 1 ELSE 0 END) AS carts,
       SUM(CASE WHEN event = 'remove_from_cart' THEN 1 ELSE 0 END) AS removals,
       MIN(CASE WHEN event = 'search' THEN us END) AS search_us,
       MIN(CASE WHEN event = 'add_to_cart' THEN us END) AS cart_us
FROM (
    SELECT user_id, us, event, session, CAST(0 AS BIGINT) AS number FROM acts WHERE session IS NOT NULL
    UNION ALL
    SELECT user_id, us, event, '' AS session, CAST(number AS BIGINT) AS number FROM silent
) a
GROUP BY user_id, session, number
