-- How to reach the subject, for safety notices too: a look at own data shows those.
SELECT kind, value, for_safety_only FROM contact ORDER BY id
