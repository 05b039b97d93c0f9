-- Each trial as it is known: its last version by then, started before the end of the day. Times in microseconds.
SELECT trial_id, user_id, plan, EPOCH_US(started_at) AS started_us, EPOCH_US(ended_at) AS ended_us, EPOCH_US(updated_at) AS version_us, outcome
FROM (
    SELECT trial_id, user_id, plan, started_at, ended_at, updated_at, outcome,
           ROW_NUMBER() OVER (
               PARTITION BY trial_id
               ORDER BY COALESCE(EPOCH_US(updated_at), -1) DESC, COALESCE(outcome, '') DESC, COALESCE(EPOCH_US(ended_at), -1) DESC,
                        EPOCH_US(started_at) DESC, COALESCE(plan, '') DESC, COALESCE(user_id, -1) DESC
           ) AS place
    FROM trials
    WHERE trial_id IS NOT NULL AND (updated_at IS NULL OR updated_at <= $as_of)
) versions
WHERE place = 1 AND started_at < $as_of
ORDER BY EPOCH_US(started_at), trial_id
