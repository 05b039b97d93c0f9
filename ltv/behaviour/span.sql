SELECT MIN(moment) AS lowest, MAX(moment) AS highest FROM rows
