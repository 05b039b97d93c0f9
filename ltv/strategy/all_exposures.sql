-- Exposures to the shop's own experiments, and to playbooks: these are drawn by the suite, and no id was shown to a router.
SELECT user_id, ts, experiment, variant, id_value FROM exposures
UNION ALL
SELECT user_id, ts, experiment, variant, CAST(NULL AS TEXT) AS id_value FROM own
