-- Identifiers from the one seen first; what they are called decides between those seen at one moment, not their number.
SELECT node FROM nodes WHERE node IN (SELECT node FROM asked) ORDER BY first_seen, id_type, id_value
