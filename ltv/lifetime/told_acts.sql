-- Events of the window with what is known of their person.
SELECT a.user_id, a.us, a.us // CAST(86400000000 AS BIGINT) AS day, a.hour, a.price, a.dwell_ms,
       p.registered_us, p.saw_registration, p.observed_days
FROM acts a JOIN people p ON p.user_id = a.user_id
