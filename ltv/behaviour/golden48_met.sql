-- People in each arm of each launch and look.
SELECT cell, arm, CAST(COUNT(*) AS BIGINT) AS people FROM exposed GROUP BY cell, arm
