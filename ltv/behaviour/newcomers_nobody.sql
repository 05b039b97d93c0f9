SELECT CAST(0 AS BIGINT) AS user_id, 0 AS on_two, 0 AS on_three, 0 AS in_weeks, 0 AS in_silent WHERE FALSE
