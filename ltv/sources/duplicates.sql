-- Identical rows that are dropped.
SELECT COUNT(*) FROM repeats WHERE fate = 'duplicate'
