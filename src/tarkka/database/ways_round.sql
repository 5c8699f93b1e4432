-- Ways round row-level security that stand open in this database, each with the remedy. No row if none does.
-- A personal table is one that has row-level security or a policy. What belongs to an extension is left to whoever installed it.
WITH ours AS (
    SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
),
-- Everyone who may read a personal table past its policies, or whose policy lets every row through.
sees_all AS (
    SELECT oid FROM pg_roles WHERE rolsuper OR rolbypassrls
    UNION SELECT relowner FROM ours WHERE relrowsecurity
    UNION SELECT unnest(polroles) FROM pg_policy WHERE polcmd IN ('r', '*') AND pg_get_expr(polqual, polrelid) = 'true'
),
called AS (
    SELECT p.*, p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
)
SELECT format('the table %s does not force its policies; ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', oid::regclass, oid::regclass)
FROM ours c WHERE relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity) AND (
    relrowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
    OR EXISTS (SELECT FROM pg_inherits i JOIN pg_class parent ON parent.oid = i.inhparent AND parent.relrowsecurity WHERE i.inhrelid = c.oid))
UNION ALL
SELECT format('the partition %s can be asked past the policies of its parent by %s; revoke that', c.oid::regclass, coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC'))
FROM ours c
CROSS JOIN LATERAL (
    SELECT x.grantee FROM aclexplode(c.relacl) x
    UNION SELECT x.grantee FROM pg_attribute t CROSS JOIN aclexplode(t.attacl) x WHERE t.attrelid = c.oid AND t.attnum > 0) a
WHERE EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner
UNION ALL
SELECT format('a policy of %s is for PUBLIC: %s; name the role that it is for', polrelid::regclass, polname) FROM pg_policy WHERE 0 = ANY (polroles)
UNION ALL
SELECT format('the view %s is read with the rights of %s; make it WITH (security_invoker)', oid::regclass, relowner::regrole)
FROM ours WHERE relkind = 'v' AND relowner IN (SELECT oid FROM sees_all)
AND NOT coalesce((SELECT option_value::boolean FROM pg_options_to_table(reloptions) WHERE option_name = 'security_invoker'), false)
UNION ALL
SELECT format('the materialised view %s is under no policy; drop it', oid::regclass) FROM ours WHERE relkind = 'm'
UNION ALL
SELECT format('the function %s runs with the rights of %s, who passes by every policy; give it to another owner', name, proowner::regrole)
FROM called WHERE prosecdef AND proowner IN (SELECT oid FROM pg_roles WHERE rolsuper OR rolbypassrls)
UNION ALL
SELECT format('the function %s runs with its owner''s rights and a caller''s search_path; SET search_path = pg_catalog, public, pg_temp', name)
FROM called WHERE prosecdef AND NOT EXISTS (SELECT FROM unnest(proconfig) setting WHERE setting ~ '^search_path=.*\mpg_temp$')
UNION ALL
SELECT format('the function %s may be called by PUBLIC; revoke EXECUTE', name) FROM called WHERE has_function_privilege('public', oid, 'EXECUTE')
UNION ALL
SELECT format('the function %s is called leakproof, so it may see rows before the policies do; ALTER FUNCTION %s NOT LEAKPROOF', name, name)
FROM called WHERE proleakproof
UNION ALL
SELECT 'PUBLIC may make temporary tables in this database; REVOKE TEMPORARY ON DATABASE … FROM PUBLIC'
WHERE has_database_privilege('public', current_database(), 'TEMP')
UNION ALL
SELECT format('PUBLIC may make objects in the schema %s; revoke CREATE', nspname) FROM pg_namespace WHERE has_schema_privilege('public', oid, 'CREATE')
UNION ALL
SELECT format('PUBLIC may call %s, and carry rows out of a look in a large object; revoke EXECUTE', p::text)
FROM unnest(ARRAY['lo_creat(integer)', 'lo_create(oid)', 'lo_from_bytea(oid,bytea)']::regprocedure[]) p WHERE has_function_privilege('public', p, 'EXECUTE')
ORDER BY 1
