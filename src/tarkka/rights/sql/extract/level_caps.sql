-- Caps on how finely the subject's purchases are stored.
SELECT level, lower(valid), upper(valid), reason FROM level_cap ORDER BY valid
