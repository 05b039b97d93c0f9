SELECT MIN(us) AS us
FROM contacts
