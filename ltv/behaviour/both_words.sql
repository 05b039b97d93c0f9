-- Active in either: the bits of two kinds of activity together.
SELECT user_id, word, BIT_OR(bits) AS bits
FROM (SELECT user_id, word, bits FROM a UNION ALL SELECT user_id, word, bits FROM b)
GROUP BY user_id, word
