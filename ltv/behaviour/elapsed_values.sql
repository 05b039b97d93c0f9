-- Value of orders by the spans of time since the person's start, as if these were calendar periods.
SELECT o.user_id, s.cohort + (EPOCH_US(o.ordered_at) - EPOCH_US(s.started_at)) // span AS bucket, o.worth AS value
FROM (SELECT user_id, moment AS ordered_at, value AS worth FROM orders) o JOIN starts s ON s.user_id = o.user_id
WHERE o.ordered_at >= s.started_at
