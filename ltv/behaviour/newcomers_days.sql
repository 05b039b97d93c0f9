-- The days on which anything at all is recorded.
SELECT DISTINCT day_number AS n FROM rows WHERE moment < $as_of ORDER BY n
