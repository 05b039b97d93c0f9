-- Each customer as known when the cutoff day begins. A day is one of purchase where something was bought that was not all given
-- back; what is free counts.
WITH days AS (
    SELECT user_id,
           day,
           SUM(CAST(amount AS DECIMAL(18, 6))) AS value,
           SUM(CAST(sold AS DECIMAL(18, 6))) AS sold,
           SUM(purchases) AS purchases
    FROM movements
    WHERE day < $cutoff_day AND known_day < $cutoff_day
    GROUP BY user_id, day
), marked AS (
    SELECT user_id, day, value, CASE WHEN purchases > 0 AND (value > 0 OR sold = 0) THEN day END AS bought_on FROM days
), since AS (
    SELECT user_id, day, value, bought_on, MIN(bought_on) OVER (PARTITION BY user_id) AS first_day FROM marked
)
SELECT user_id,
       first_day,
       CAST(COUNT(bought_on) - 1 AS BIGINT) AS frequency,
       MAX(bought_on) - first_day AS recency_days,
       $cutoff_day - 1 - first_day AS age_days,
       CAST(SUM(value) AS DOUBLE) AS spent,
       CAST(SUM(CASE WHEN day > first_day THEN value ELSE 0 END) AS DOUBLE) AS repeat_value
FROM since
WHERE first_day IS NOT NULL
GROUP BY user_id, first_day
