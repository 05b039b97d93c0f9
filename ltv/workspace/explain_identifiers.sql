-- The identifiers of a person, each with the time it counts for and the rule that decided.
SELECT id_type, id_value, valid_from, valid_to, rule, confidence
FROM user_ids
WHERE user_id = $user_id
ORDER BY valid_from, id_type, id_value
