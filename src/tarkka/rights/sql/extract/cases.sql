-- The cases in which customer service handled the subject's matters. Not which employee opened them.
SELECT id, situation, break_glass, place, identified_by, call_ref, opened_at, closes_at FROM service_case ORDER BY id
