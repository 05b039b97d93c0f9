-- How often something happened in each period, to how many people, and what they brought.
SELECT period, COUNT(*) AS times, COUNT(DISTINCT user_id) AS people, SUM(worth) AS revenue
FROM (SELECT bucket AS period, user_id, value AS worth FROM records WHERE is_counted) AS counted
GROUP BY period
ORDER BY period
