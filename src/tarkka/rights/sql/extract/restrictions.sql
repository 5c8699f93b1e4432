-- When the subject's data was only stored, and why.
SELECT lower(valid), upper(valid), reason, end_reason FROM restriction ORDER BY valid
