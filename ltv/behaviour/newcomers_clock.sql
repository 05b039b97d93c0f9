-- One row a person who registered: when, the first order, and on which side of the end of the first hours it lies. In microseconds.
SELECT r.user_id, r.week, r.registered_us, f.order_week, f.first_us,
       CASE WHEN f.first_us IS NULL THEN 'none'
            WHEN f.first_us < r.registered_us THEN 'before'
            WHEN f.first_us < r.registered_us + $branch_us THEN 'within'
            ELSE 'later' END AS path
FROM (SELECT user_id, cohort AS week, EPOCH_US(started_at) AS registered_us FROM registered) r
LEFT JOIN (SELECT user_id, cohort AS order_week, EPOCH_US(started_at) AS first_us FROM firsts) f ON f.user_id = r.user_id
