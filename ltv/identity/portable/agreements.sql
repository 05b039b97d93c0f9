-- Pairs with whether both ends came to be one person.
SELECT p.low, p.high, p.times, a.person = b.person AS is_agreed
FROM pairs p
JOIN persons a ON a.node = p.low
JOIN persons b ON b.node = p.high
