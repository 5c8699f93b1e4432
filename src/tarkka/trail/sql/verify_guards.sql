-- Tables that have lost a trigger which refuses changes. 56: DELETE, UPDATE and TRUNCATE, of pg_trigger's tgtype.
SELECT t, 'refuse' FROM unnest(%(stay)s::text[]) t WHERE NOT EXISTS (
    SELECT FROM pg_trigger g WHERE g.tgrelid = ('public.' || t)::regclass AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
    HAVING coalesce(bit_or(g.tgtype), 0) & 56 = 56)
UNION ALL
-- Or the one which records them. 21: ROW, INSERT and UPDATE.
SELECT t, 'record' FROM unnest(%(recorded)s::text[]) t WHERE NOT EXISTS (
    SELECT FROM pg_trigger g WHERE g.tgrelid = ('public.' || t)::regclass AND g.tgenabled IN ('O', 'A') AND g.tgqual IS NULL
    AND g.tgfoid = to_regprocedure('access.record_change()') AND g.tgtype & 21 = 21)
