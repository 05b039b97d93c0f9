-- How often each person looked into each category.
SELECT user_id, category, COUNT(*) AS acts FROM acts WHERE category IS NOT NULL GROUP BY user_id, category
