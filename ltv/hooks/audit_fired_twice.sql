-- The same thing said of an offer by two instances, and nothing of the other sort (held or used; given back) between: for one order, whoever it was of,
-- or within so long for one person, as refusals of an order are; how often it was said. One row an event of an order.
SELECT c.offer_id || '/' || c.holder || '/' || c.event AS case_id, c.offer_id, MIN(c.order_id) AS order_id, MIN(c.user_id) AS user_id, MIN(o.hook) AS hook,
       MIN(c.at_us) AS at_us, CAST(SUM(c.times) AS DOUBLE) AS amount
FROM (
    SELECT offer_id, order_id, event, MIN(user_id) AS user_id, MIN(CASE WHEN begins = 0 AND instance <> before THEN us END) AS at_us, COUNT(*) AS times,
           COALESCE(order_id, CAST(person AS VARCHAR) || '@' || CAST(MIN(CASE WHEN begins = 0 AND instance <> before THEN us END) AS VARCHAR)) AS holder
    FROM (
        SELECT offer_id, order_id, user_id, person, event, us, instance, turn, before, begins,
               CAST(SUM(begins) OVER (
                   PARTITION BY offer_id, order_id, person, event, turn ORDER BY us, instance ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
               ) AS BIGINT) AS burst
        FROM (
            SELECT offer_id, order_id, user_id, person, event, us, instance, turn, LAG(instance) OVER w AS before,
                   CASE WHEN (order_id IS NULL OR event = 'refused') AND us - LAG(us) OVER w > $apart_us THEN 1 WHEN LAG(us) OVER w IS NULL THEN 1 ELSE 0 END AS begins
            FROM (
                SELECT offer_id, order_id, user_id, person, event, us, instance,
                       CASE WHEN event = 'refused' THEN 0 WHEN event IN ('released', 'expired') THEN CAST(SUM(takes) OVER v AS BIGINT) ELSE CAST(SUM(frees) OVER v AS BIGINT) END AS turn
                FROM (
                    SELECT offer_id, order_id, user_id, CASE WHEN order_id IS NULL THEN user_id END AS person, event, EPOCH_US(ts) AS us, instance,
                           CASE WHEN event IN ('reserved', 'redeemed') THEN 1 ELSE 0 END AS takes, CASE WHEN event IN ('released', 'expired') THEN 1 ELSE 0 END AS frees
                    FROM events WHERE ts < $as_of AND (order_id IS NOT NULL OR user_id IS NOT NULL)
                ) said
                WINDOW v AS (PARTITION BY offer_id, order_id, person ORDER BY us, frees, event ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
            ) counted
            WHERE instance IS NOT NULL
            WINDOW w AS (PARTITION BY offer_id, order_id, person, event, turn ORDER BY us, instance)
        ) followed
    ) bursts
    GROUP BY offer_id, order_id, person, event, turn, burst
    HAVING COUNT(DISTINCT instance) > 1
) c
LEFT JOIN (SELECT offer_id, MIN(hook) AS hook FROM offers GROUP BY offer_id) o ON o.offer_id = c.offer_id
GROUP BY c.offer_id, c.holder, c.event
