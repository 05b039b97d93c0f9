-- One row a reservation: an offer that was held or used for an order, or where no order is named each time it was held for a person. Times in microseconds.
SELECT r.offer_id || '/' || r.holder AS case_id, r.offer_id, r.order_id, r.user_id, o.hook, r.reserved_us, r.redeemed_us, r.freed_us,
       COALESCE(r.reserved_us, r.redeemed_us) AS used_us, EPOCH_US(o.starts_at) AS starts_us, EPOCH_US(o.expires_at) AS expires_us,
       CAST(o.stock AS BIGINT) AS stock, CASE WHEN o.stackable THEN 1 WHEN o.stackable IS NULL THEN NULL ELSE 0 END AS stackable,
       m.registered_us, CASE WHEN l.offer_id IS NULL THEN 0 ELSE 1 END AS has_list
FROM (
    SELECT offer_id, holder, MIN(order_id) AS order_id, MIN(user_id) AS user_id, MIN(CASE WHEN event = 'reserved' THEN us END) AS reserved_us,
           MIN(CASE WHEN event = 'redeemed' THEN us END) AS redeemed_us, MIN(CASE WHEN event IN ('released', 'expired') THEN us END) AS freed_us
    FROM (
        SELECT offer_id, order_id, user_id, event, us, COALESCE(order_id, COALESCE(CAST(user_id AS VARCHAR), '') || '#' || CAST(turn AS VARCHAR)) AS holder
        FROM (
            SELECT offer_id, order_id, user_id, event, EPOCH_US(ts) AS us,
                   CAST(SUM(CASE WHEN event = 'reserved' THEN 1 ELSE 0 END) OVER (
                       PARTITION BY offer_id, order_id, user_id ORDER BY EPOCH_US(ts), event ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                   ) AS BIGINT) AS turn
            FROM events WHERE event <> 'refused' AND ts < $as_of
        ) counted
    ) named
    GROUP BY offer_id, holder
) r
LEFT JOIN offers o ON o.offer_id = r.offer_id
LEFT JOIN registered m ON m.user_id = r.user_id
LEFT JOIN (SELECT DISTINCT offer_id FROM listed) l ON l.offer_id = r.offer_id
WHERE r.reserved_us IS NOT NULL OR r.redeemed_us IS NOT NULL
