-- When channels begin and cease to work on people: a bit is put in with the first touch after a pause and taken out
-- when the last one of a row of touches is over. In the order of person and time.
WITH seen AS (
    SELECT DISTINCT t.user_id, t.channel, t.us
    FROM touches AS t
    INNER JOIN people AS p ON t.user_id = p.user_id
    WHERE is_exposure
),
around AS (
    SELECT
        user_id,
        channel,
        us,
        LAG(us) OVER (PARTITION BY user_id, channel ORDER BY us) AS before_us,
        LEAD(us) OVER (PARTITION BY user_id, channel ORDER BY us) AS after_us
    FROM seen
)
SELECT user_id, channel, us AS at_us, CAST(1 AS INTEGER) AS sign
FROM around
WHERE before_us IS NULL OR us - before_us > $lookback_us
UNION ALL
SELECT user_id, channel, us + $lookback_us + 1 AS at_us, CAST(-1 AS INTEGER) AS sign
FROM around
WHERE after_us IS NULL OR after_us - us > $lookback_us
