-- The order of a person's rows: `place` is the time itself, or where the log decides between equal times the rank in it.
SELECT user_id, at, step, source, ordinal AS place FROM rows
