-- The receipts that were sent to the subject by e-mail.
SELECT receipt_id, sent_at, is_refused FROM sent_receipt ORDER BY sent_at, receipt_id
