-- How many people of a segment, week of the registration and branch share a pattern of what is known of them.
SELECT g.segment_kind, g.segment, p.week AS cohort, p.branch, p.active_day_2, p.active_day_3, p.active_days_8_30,
       p.touched_day_2, p.touched_day_3, p.ordered_by_day_7, p.ordered_by_day_30, p.value_7_days,
       CAST(COUNT(*) AS BIGINT) AS people, CAST(SUM(p.value) AS DECIMAL(28, 6)) AS total,
       CAST(SUM(CAST(p.value AS DECIMAL(18, 4)) * CAST(p.value AS DECIMAL(18, 4))) AS DECIMAL(38, 8)) AS squares
FROM people p JOIN groups g ON g.user_id = p.user_id
GROUP BY g.segment_kind, g.segment, p.week, p.branch, p.active_day_2, p.active_day_3, p.active_days_8_30,
         p.touched_day_2, p.touched_day_3, p.ordered_by_day_7, p.ordered_by_day_30, p.value_7_days
