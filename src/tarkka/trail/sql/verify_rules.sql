-- Each of the database's own rules, and all that it says: tables, views, policies, triggers, functions. Partitions are as their parents are.
WITH ours AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_' AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
SELECT 'table ' || c.name, concat_ws(E'\n', c.relowner::regrole, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
    (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C") FROM unnest(c.relacl) a),
    (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity,
        (SELECT string_agg(x::text, ' ' ORDER BY x::text COLLATE "C") FROM unnest(a.attacl) x), pg_get_expr(d.adbin, d.adrelid)),
        E'\n' ORDER BY a.attname COLLATE "C")
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT string_agg(concat_ws(' ', o.conname, o.convalidated, pg_get_constraintdef(o.oid)), E'\n' ORDER BY o.conname COLLATE "C")
     FROM pg_constraint o WHERE o.conrelid = c.oid AND o.conparentid = 0 AND o.contype NOT IN ('n', 't')),
    (SELECT string_agg(pg_get_ruledef(r.oid), E'\n' ORDER BY r.rulename COLLATE "C") FROM pg_rewrite r WHERE r.ev_class = c.oid)) AS says
FROM ours c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT format('policy %s on %s', p.polname, c.name), concat_ws(E'\n', p.polcmd, p.polpermissive,
    (SELECT string_agg(r::regrole::text, ' ' ORDER BY r::regrole::text COLLATE "C") FROM unnest(p.polroles) r),
    'USING ' || pg_get_expr(p.polqual, p.polrelid), 'CHECK ' || pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN ours c ON c.oid = p.polrelid
UNION ALL
SELECT format('trigger %s on %s', t.tgname, c.name), concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
FROM pg_trigger t JOIN ours c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION ALL
-- A foreign key's own triggers, switched off.
SELECT format('trigger %s on %s', t.tgname, c.name), 'switched off' FROM pg_trigger t JOIN ours c ON c.oid = t.tgrelid
WHERE t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')
UNION ALL
SELECT 'function ' || p.oid::regprocedure, concat_ws(E'\n', p.proowner::regrole, l.lanname, p.prokind, p.prosecdef, p.proleakproof, p.provolatile,
    p.proparallel, p.proisstrict, p.proconfig, (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C") FROM unnest(p.proacl) a),
    pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.probin, p.prosrc, pg_get_function_sqlbody(p.oid))
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'event trigger ' || e.evtname, concat_ws(' ', e.evtevent, e.evtenabled, e.evtfoid::regprocedure) FROM pg_event_trigger e
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
