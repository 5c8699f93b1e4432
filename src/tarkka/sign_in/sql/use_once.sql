-- Take note that this was used, until then. No row comes back if it was used before.
INSERT INTO sign_in_used (hash, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING true
