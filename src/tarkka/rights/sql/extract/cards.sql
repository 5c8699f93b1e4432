-- The subject's cards over time.
SELECT number, lower(valid), upper(valid) FROM card ORDER BY valid
