-- The subject's choices, made and withdrawn.
SELECT kind, made_at, made_place, made_version, withdrawn_at, withdrawn_place, withdrawn_version FROM objection ORDER BY id
