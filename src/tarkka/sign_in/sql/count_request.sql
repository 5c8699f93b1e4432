-- One request more under this key, in a window that began with its first. Returns how many there were and how many seconds are left.
INSERT INTO request_count AS c (key, requests, ends_at) VALUES (%(key)s, 1, now() + %(seconds)s * interval '1 second')
ON CONFLICT (key) DO UPDATE SET
    requests = CASE WHEN c.ends_at > now() THEN c.requests + 1 ELSE 1 END,
    ends_at = CASE WHEN c.ends_at > now() THEN c.ends_at ELSE excluded.ends_at END
RETURNING requests, ceil(extract(epoch FROM ends_at - now()))::integer
