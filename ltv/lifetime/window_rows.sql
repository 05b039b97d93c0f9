-- Rows of the window with the days for which their person could be observed.
SELECT p.user_id, p.observed_days, number_of AS number
FROM rows r JOIN people p ON p.user_id = person
WHERE EPOCH_US(ts) >= $from_us AND EPOCH_US(ts) < $cutoff_us
