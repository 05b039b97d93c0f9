-- One thing that is counted: who, when, how much of it, in which system.
SELECT CAST(part AS VARCHAR) AS part, CAST(person AS BIGINT) AS user_id, EPOCH_US(CAST(moment AS TIMESTAMP)) AS us,
       CAST(amount AS DOUBLE) AS amount, CAST(system AS VARCHAR) AS source
FROM rows
WHERE is_counted
