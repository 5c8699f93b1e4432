-- What was erased at the subject's requests.
SELECT id, request_id, at, counts, round(bonus_before_cents * 0.01, 2), round(bonus_after_cents * 0.01, 2) FROM erased ORDER BY id
