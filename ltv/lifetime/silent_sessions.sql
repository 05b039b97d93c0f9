-- Events without the name of a session: a new one begins after half an hour of silence.
SELECT user_id, us, event,
       SUM(CASE WHEN before_us IS NULL OR us - before_us > $silence_us THEN 1 ELSE 0 END)
           OVER (PARTITION BY user_id ORDER BY us, event ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number
FROM (
    SELECT user_id, us, event, LAG(us) OVER (PARTITION BY user_id ORDER BY us, event) AS before_us FROM acts WHERE session IS NULL
) a
