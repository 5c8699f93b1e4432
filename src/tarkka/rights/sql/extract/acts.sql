-- What staff did for the subject, each at one of the looks.
SELECT event_id, act, at FROM staff_act ORDER BY id
