-- The subject's requests and their answers.
SELECT id, kind, text, place, received_at, received_on, due_on, extended_at, extension_reason, answered_at, outcome, answer FROM request ORDER BY id
