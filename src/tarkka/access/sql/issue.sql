-- Ask the door: see access.issue in door.sql. Autocommitted by itself, before anything is read.
SELECT event_id, level, refusal FROM access.issue(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
