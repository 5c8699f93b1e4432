-- Of which recalls the subject said that they read them.
SELECT recall_id, at FROM recall_acknowledgement ORDER BY recall_id
