-- The same thing said of an offer by two instances: for one order, or where none is named for one person within so long; how often. One row an event.
SELECT e.offer_id || '/' || e.holder || '/' || e.event AS case_id, e.offer_id, MIN(e.order_id) AS order_id, MIN(e.user_id) AS user_id, MIN(o.hook) AS hook,
       MIN(e.us) AS at_us, CAST(COUNT(*) + 1 AS DOUBLE) AS amount
FROM (
    SELECT offer_id, order_id, user_id, event, us, instance, COALESCE(order_id, COALESCE(CAST(user_id AS VARCHAR), '') || '@' || CAST(us AS VARCHAR)) AS holder,
           LAG(us) OVER (PARTITION BY offer_id, order_id, user_id, event ORDER BY us, instance) AS before_us,
           LAG(instance) OVER (PARTITION BY offer_id, order_id, user_id, event ORDER BY us, instance) AS before
    FROM (SELECT offer_id, order_id, user_id, event, EPOCH_US(ts) AS us, instance FROM events WHERE instance IS NOT NULL AND ts < $as_of) said
    WHERE order_id IS NOT NULL OR user_id IS NOT NULL
) e
LEFT JOIN offers o ON o.offer_id = e.offer_id
WHERE e.instance <> e.before AND (e.order_id IS NOT NULL OR e.us - e.before_us <= $apart_us)
GROUP BY e.offer_id, e.holder, e.event
