-- Every order of the people of a test, with the microseconds since the person's exposure.
SELECT p.user_id, EPOCH_US(o.ts) - p.exposed_us AS since, CAST(o.value AS DOUBLE) AS value, o.amount, o.is_paid,
       CASE WHEN o.is_paid THEN CAST(o.discount AS DOUBLE) ELSE 0 END AS discount,
       CASE WHEN o.is_paid THEN CAST(o.refund AS DOUBLE) ELSE 0 END AS refund
FROM people p JOIN orders o ON o.user_id = p.user_id
