-- Rows that start an attempt: `start` is the place of the start that a row goes back to, here its own.
SELECT user_id, place, at, place AS start, at AS start_at
FROM (SELECT user_id, place, at, MIN(place) OVER (PARTITION BY user_id) AS first_place FROM rows WHERE step = 0 AND at >= $since AND at < $until)
WHERE is_taken
