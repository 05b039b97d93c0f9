-- One kind of sign that somebody was there, with its moment.
SELECT CAST(person AS BIGINT) AS user_id, CAST(kind_of AS VARCHAR) AS kind, EPOCH_US(moment) AS us FROM rows WHERE is_sign
