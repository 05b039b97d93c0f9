-- Quarters of an hour in which anything happened: every zone has its days begin at one of them.
SELECT DISTINCT EPOCH_US(moment) // 900000000 AS quarter FROM acts WHERE moment < $as_of
