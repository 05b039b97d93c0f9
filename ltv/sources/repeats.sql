-- What becomes of rows whose key comes more than once: among equal rows the first delivered stays, among different ones the
-- first of each version; one without a version stays only when nothing of its key came before.
SELECT _number, CASE WHEN same > 1 THEN 'duplicate' ELSE 'key_conflict' END AS fate
FROM (
    SELECT _number, nth_same AS same, nth_of_version AS of_version,
           CASE WHEN version IS NULL THEN nth_of_key ELSE 1 END AS unversioned
    FROM candidates
) ranked
WHERE same > 1 OR of_version > 1 OR unversioned > 1
