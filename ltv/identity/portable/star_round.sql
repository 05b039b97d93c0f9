-- One round of large star and small star: an identifier hands the younger ones on to the oldest that it knows (large),
-- then the older ones (small). What was connected stays connected, and a way to the oldest gets shorter by half.
WITH known AS (
    SELECT high AS node, MIN(low) AS oldest FROM edges GROUP BY high
), large AS (
    SELECT e.high, COALESCE(k.oldest, e.low) AS low FROM edges e LEFT JOIN known k ON k.node = e.low
), small AS (
    SELECT high, low, MIN(low) OVER (PARTITION BY high) AS oldest FROM large
)
SELECT high, oldest AS low FROM small
UNION
SELECT low AS high, oldest AS low FROM small WHERE low > oldest
