-- Articles an offer holds for, one row each.
SELECT DISTINCT offer_id, sku FROM (SELECT offer_id, UNNEST(skus) AS sku FROM offers WHERE skus IS NOT NULL) listed WHERE sku IS NOT NULL
