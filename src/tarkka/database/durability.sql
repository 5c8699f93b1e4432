-- Reasons not to trust this server or session with a commit, each with its remedy. No row if there is none.
SELECT format('%s is off; set it to on in the server''s configuration, or a crash may lose what was promised to be kept', name)
FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'
UNION ALL
SELECT format('synchronous_commit is %s; set it to on for this login, or an access event may be lost after its data was shown', setting)
FROM pg_settings WHERE name = 'synchronous_commit' AND setting IN ('off', 'local')
UNION ALL
SELECT format('max_locks_per_transaction is %s; set it to at least 256, or reads over many partitions fail under load', setting)
FROM pg_settings WHERE name = 'max_locks_per_transaction' AND setting::int < 256
UNION ALL
SELECT format('the server is PostgreSQL %s; the register needs 18 or later', current_setting('server_version'))
WHERE current_setting('server_version_num')::int < 180000
