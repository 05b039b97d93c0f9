-- Events of the window with what is known of their person.
SELECT a.user_id, a.us, a.us // CAST(86400000000 AS BIGINT) AS day, a.hour, a.event, a.price, a.dwell_ms, p.registered_us, p.observed_days,
       CASE WHEN p.registered_us >= $from_us THEN 1 ELSE 0 END AS saw_registration
FROM acts a JOIN people p ON p.user_id = a.user_id
WHERE a.grouping <> 'an order'
