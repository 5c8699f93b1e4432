-- How each login of the server could pass by the policies, with the remedy: as itself or as any role that it inherits, may switch to or
-- may give to itself. No row for those that cannot.
WITH personal AS (SELECT oid, relowner, oid::regclass::text AS name FROM pg_class WHERE relrowsecurity AND NOT relispartition),
reachable AS (
    SELECT l.rolname AS login, r.oid, r.rolname AS role, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication
    FROM pg_roles l JOIN pg_roles r
    ON pg_has_role(l.oid, r.oid, 'USAGE') OR pg_has_role(l.oid, r.oid, 'SET') OR pg_has_role(l.oid, r.oid, 'USAGE WITH ADMIN OPTION')
    WHERE l.rolcanlogin AND (l.oid = r.oid OR NOT l.rolsuper)
),
found AS (
    SELECT login, role, 'is a superuser' AS what, 'give the application a login of its own (tarkka_app)' AS remedy FROM reachable WHERE rolsuper
    UNION ALL
    SELECT login, role, 'may make roles or copy the whole server', 'ALTER ROLE … NOCREATEROLE NOREPLICATION'
    FROM reachable WHERE (rolcreaterole OR rolreplication) AND NOT rolsuper
    UNION ALL
    SELECT login, role, 'reaches the server''s files', 'revoke that membership'
    FROM reachable WHERE role IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
    UNION ALL
    SELECT r.login, r.role, 'bypasses row-level security and may read ' || string_agg(p.name, ', ' ORDER BY p.name), 'revoke SELECT'
    FROM reachable r JOIN personal p ON has_any_column_privilege(r.oid, p.oid, 'SELECT') WHERE r.rolbypassrls AND NOT r.rolsuper GROUP BY 1, 2
    UNION ALL
    SELECT r.login, r.role, 'owns and could switch off the policies of ' || string_agg(p.name, ', ' ORDER BY p.name), 'revoke that membership'
    FROM reachable r JOIN personal p ON p.relowner = r.oid GROUP BY 1, 2
    UNION ALL
    SELECT r.login, r.role, 'may read every row of ' || string_agg(p.name, ', ' ORDER BY p.name), 'revoke that membership'
    FROM reachable r JOIN pg_policy q ON r.oid = ANY (q.polroles) AND q.polcmd IN ('r', '*') AND pg_get_expr(q.polqual, q.polrelid) = 'true'
    JOIN personal p ON p.oid = q.polrelid GROUP BY 1, 2
    UNION ALL
    SELECT r.login, r.role, 'may make objects in the schemas ' || string_agg(n.nspname, ', ' ORDER BY n.nspname), 'revoke CREATE'
    FROM reachable r JOIN pg_namespace n ON n.nspname !~ '^pg_' AND has_schema_privilege(r.oid, n.oid, 'CREATE') WHERE NOT r.rolsuper GROUP BY 1, 2
    UNION ALL
    SELECT login, role, 'may make temporary tables', 'revoke TEMPORARY on the database'
    FROM reachable WHERE has_database_privilege(oid, current_database(), 'TEMP') AND NOT rolsuper
)
SELECT login, format('the login %s can act as %s, which %s; %s', login, role, what, remedy) FROM found ORDER BY 1, 2
