-- What people who are told did with articles that are told, as far as it is asked for.
SELECT did.kind, names.name, did.sku, did.at
FROM (SELECT user_id, sku, kind, at FROM acts WHERE kind <> 'purchase' UNION ALL SELECT user_id, sku, 'purchase' AS kind, at FROM bought) AS did
JOIN names ON names.user_id = did.user_id
JOIN skus ON skus.sku = did.sku
JOIN kinds ON kinds.kind = did.kind
