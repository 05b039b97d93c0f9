-- The cohort of each person, read off the activity that starts it: the lowest bit of the first word.
SELECT user_id, MIN(CAST(word AS BIGINT) * 62 + CAST(ROUND(LOG2(bits & -bits)) AS BIGINT)) + $base AS cohort
FROM words
GROUP BY user_id
