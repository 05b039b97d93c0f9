-- One row a reservation: an offer that was held or used for an order, again once it was given back; where no order is named each time it was held for
-- a person. It ends with the next event that ends one. At one moment what begins comes before what ends. Times in microseconds.
SELECT r.offer_id || '/' || COALESCE(r.order_id || CASE WHEN r.turn > 1 THEN '#' || CAST(r.turn AS VARCHAR) ELSE '' END, COALESCE(CAST(r.user_id AS VARCHAR), '') || '#' || CAST(r.turn AS VARCHAR)) AS case_id,
       r.offer_id, r.order_id, r.user_id, o.hook, r.reserved_us, r.redeemed_us, r.freed_us,
       COALESCE(r.reserved_us, r.redeemed_us) AS used_us, EPOCH_US(o.starts_at) AS starts_us, EPOCH_US(o.expires_at) AS expires_us,
       CAST(o.stock AS BIGINT) AS stock, CASE WHEN o.stackable THEN 1 WHEN o.stackable IS NULL THEN NULL ELSE 0 END AS stackable,
       m.registered_us, CASE WHEN l.offer_id IS NULL THEN 0 ELSE 1 END AS has_list
FROM (
    SELECT offer_id, order_id, turn, MIN(user_id) AS user_id, MIN(CASE WHEN event = 'reserved' THEN us END) AS reserved_us,
           MIN(MIN(CASE WHEN event = 'redeemed' THEN us END)) OVER (PARTITION BY offer_id, order_id, person, episode) AS redeemed_us,
           MIN(MIN(CASE WHEN event IN ('released', 'expired') THEN us END)) OVER (PARTITION BY offer_id, order_id, person, episode) AS freed_us
    FROM (
        SELECT offer_id, order_id, user_id, person, event, us, CAST(SUM(begins) OVER w AS BIGINT) AS episode,
               CAST(SUM(CASE WHEN order_id IS NULL AND event = 'reserved' THEN 1 ELSE begins END) OVER w AS BIGINT) AS turn
        FROM (
            SELECT offer_id, order_id, user_id, person, event, us, place,
                   CASE WHEN before IS NULL OR (event = 'reserved' AND (before IN ('released', 'expired') OR (before = 'redeemed' AND order_id IS NULL))) THEN 1 ELSE 0 END AS begins
            FROM (
                SELECT offer_id, order_id, user_id, person, event, us, place, LAG(event) OVER (PARTITION BY offer_id, order_id, person ORDER BY us, place, event) AS before
                FROM (
                    SELECT offer_id, order_id, user_id, CASE WHEN order_id IS NULL THEN user_id END AS person, event, EPOCH_US(ts) AS us,
                           CASE event WHEN 'reserved' THEN 0 WHEN 'redeemed' THEN 1 ELSE 2 END AS place
                    FROM events WHERE event <> 'refused' AND ts < $as_of
                ) said
            ) followed
        ) begun
        WINDOW w AS (PARTITION BY offer_id, order_id, person ORDER BY us, place, event ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ) counted
    GROUP BY offer_id, order_id, person, episode, turn
) r
LEFT JOIN offers o ON o.offer_id = r.offer_id
LEFT JOIN registered m ON m.user_id = r.user_id
LEFT JOIN (SELECT DISTINCT offer_id FROM listed) l ON l.offer_id = r.offer_id
WHERE r.reserved_us IS NOT NULL OR r.redeemed_us IS NOT NULL
