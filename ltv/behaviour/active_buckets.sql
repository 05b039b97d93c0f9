-- Buckets in which anybody was active, as bits.
SELECT word, BIT_OR(bits) AS bits FROM words GROUP BY word
