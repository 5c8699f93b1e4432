-- The e-mails that told the subject of emergency accesses.
SELECT case_id, sent_at, is_refused FROM glass_notice ORDER BY case_id
