-- What the subject wished to be sent.
SELECT id, purpose, kind, wished_at, ended_at FROM wish ORDER BY id
