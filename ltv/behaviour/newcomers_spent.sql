-- What people spent in the days after the registration, net, and whether they bought again in the month after the silent days.
SELECT user_id,
       CAST(SUM(CASE WHEN since >= 0 AND since < $value_us THEN CAST(worth AS DECIMAL(18, 6)) ELSE 0 END) AS DECIMAL(18, 6)) AS value,
       MAX(CASE WHEN is_bought AND since_order >= $silent_until AND since_order < $again_until THEN 1 ELSE 0 END) AS again
FROM (
    SELECT c.user_id, o.worth, o.is_bought,
           EPOCH_US(o.happened_at) - c.registered_us AS since, EPOCH_US(o.happened_at) - c.first_us AS since_order
    FROM (SELECT user_id, moment AS happened_at, value AS worth, is_purchase AS is_bought FROM orders) o JOIN clock c ON c.user_id = o.user_id
) t
GROUP BY user_id
