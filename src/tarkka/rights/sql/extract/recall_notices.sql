-- By which channels the subject was told of recalls, and where it failed.
SELECT recall_id, channel, use_safety_contact, state, attempts, begun_at, told_at, failed_why, is_only_way FROM recall_notice ORDER BY recall_id, id
