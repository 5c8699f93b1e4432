-- Tables that have lost a trigger which refuses changes. 56: DELETE, UPDATE and TRUNCATE, of pg_trigger's tgtype.
SELECT t FROM unnest(%s::text[]) t WHERE NOT EXISTS (
    SELECT FROM pg_trigger g WHERE g.tgrelid = ('public.' || t)::regclass AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
    HAVING coalesce(bit_or(g.tgtype), 0) & 56 = 56)
