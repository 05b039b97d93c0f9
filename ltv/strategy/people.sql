-- What a playbook may ask of people: who they are, what they bought, what is expected of them, how likely they are lost.
SELECT p.user_id, p.registered_at,
       CAST($as_of_us - EPOCH_US(p.registered_at) AS DOUBLE) / 3600000000 AS hours_registered,
       p.age, p.gender, p.city, p.level, p.acquisition_channel, p.orders, p.value_to_date,
       CAST(EPOCH_US(p.first_order_at) - EPOCH_US(p.registered_at) AS DOUBLE) / 3600000000 AS hours_to_first_order,
       CAST($as_of_us - EPOCH_US(p.last_order_at) AS DOUBLE) / 86400000000 AS days_since_order,
       s.expected, s.p_purchase, s.decile, c.probability AS churn_probability, c.days_since_last
FROM people p
LEFT JOIN scores s ON s.user_id = p.user_id
LEFT JOIN churn c ON c.user_id = p.user_id
WHERE p.registered_at IS NULL OR EPOCH_US(p.registered_at) < $as_of_us
