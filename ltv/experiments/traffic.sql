-- How many people were at the entry in the last so many days.
SELECT d.days, COUNT(e.user_id) AS people
FROM durations d LEFT JOIN entries e ON e.last_at >= d.since
GROUP BY d.days
