-- The people of one test: those first exposed to it while it let people in.
SELECT user_id, variant, exposed_at, in_several, EPOCH_US(exposed_at) AS exposed_us
FROM first_exposures
WHERE experiment = $experiment AND exposed_at >= $start AND exposed_at < $after
