-- What the people of each arm did from their first exposure on: sums over people of their amounts and of the squares.
SELECT part, cell, arm, CAST(SUM(amount) AS DOUBLE) AS total, CAST(SUM(amount * amount) AS DOUBLE) AS squares,
       CAST(SUM(CASE WHEN amount > 0 THEN 1 ELSE 0 END) AS BIGINT) AS people
FROM (
    SELECT r.part, e.cell, e.arm, e.user_id,
           CASE WHEN MAX(CASE WHEN p.is_person THEN 1 ELSE 0 END) = 1 THEN MAX(r.amount) ELSE SUM(r.amount) END AS amount
    FROM exposed e
    JOIN counted r ON r.user_id = e.user_id AND r.us >= e.from_us AND r.us < e.until_us
    JOIN parts p ON p.part = r.part
    GROUP BY r.part, e.cell, e.arm, e.user_id
) each_person
GROUP BY part, cell, arm
