-- Each attempt in the order in which the attempts of a call stand together: a call has no number of its own. It begins with the least attempt number
-- of its hook; of somebody who is known also where the number does not rise, or nothing came for so long. Times in microseconds.
SELECT hook, instance, ts_us, latency_ms, attempt, outcome, is_degraded,
       CASE WHEN attempt <= least OR before_us IS NULL THEN 1
            WHEN is_known = 1 AND (attempt <= before_attempt OR ts_us - before_us > $apart_us) THEN 1
            ELSE 0 END AS begins
FROM (
    SELECT hook, instance, who, is_known, ts_us, latency_ms, attempt, outcome, is_degraded,
           MIN(attempt) OVER (PARTITION BY hook) AS least,
           LAG(ts_us) OVER (PARTITION BY hook, instance, who ORDER BY ts_us, attempt, latency_ms, outcome) AS before_us,
           LAG(attempt) OVER (PARTITION BY hook, instance, who ORDER BY ts_us, attempt, latency_ms, outcome) AS before_attempt
    FROM (
        SELECT hook, COALESCE(instance, '') AS instance, COALESCE(person, '') AS who, CASE WHEN person IS NULL THEN 0 ELSE 1 END AS is_known,
               EPOCH_US(ts) AS ts_us, latency_ms, attempt, outcome, CASE WHEN degraded THEN 1 ELSE 0 END AS is_degraded
        FROM calls
        WHERE hook IS NOT NULL AND ts >= $since AND ts < $until
    ) named
) beside
ORDER BY hook, instance, who, ts_us, attempt, latency_ms, outcome
