-- Rows of the window with the days for which their person could be observed.
SELECT p.user_id, p.observed_days, r.number
FROM (
    SELECT CAST(person AS BIGINT) AS of_user, CAST(number_of AS DOUBLE) AS number FROM rows
    WHERE EPOCH_US(ts) >= $from_us AND EPOCH_US(ts) < $cutoff_us
) r
JOIN people p ON p.user_id = r.of_user
