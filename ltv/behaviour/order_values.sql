SELECT user_id, bucket AS bucket, value AS value FROM orders
