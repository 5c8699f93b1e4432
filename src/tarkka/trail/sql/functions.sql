-- The functions of the trail, made with the entries of `sealed`. Owned by tarkka_seal, which reads every sealed row and which no login reaches.
CREATE SCHEMA trail;
GRANT USAGE ON SCHEMA trail TO tarkka_app, tarkka_person, tarkka_door, tarkka_seal;
GRANT USAGE ON SCHEMA access TO tarkka_seal;

-- Whether this transaction is the one that seals, until it ends: false if another is at it. The lock is of a table on which no login has a
-- right, so that it is taken here alone. It waits longer than deadlock_timeout (1 s), after which a vacuum makes way.
CREATE FUNCTION trail.alone() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER {pinned} SET lock_timeout = '2s' AS $$
BEGIN
    LOCK TABLE public.trail_progress IN EXCLUSIVE MODE;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;

-- Make leaves of rows that wait, `most` of them at once, and return those. If nothing waits but a checkpoint, only if it is `even_idle`.
-- Every row that was committed is taken, whichever transactions are under way: a row may wait as long as one that began before it is,
-- but never longer than its own.
CREATE FUNCTION trail.append(most integer, even_idle boolean) RETURNS TABLE (index bigint, hash bytea)
LANGUAGE plpgsql SECURITY DEFINER {pinned} AS $$
#variable_conflict use_column
DECLARE
    size bigint;
    began xid8;
    -- Taken before the rows are: whatever ended before this, the next statement sees.
    all_before xid8 := pg_snapshot_xmin(pg_current_snapshot());
    last record;
BEGIN
    LOCK TABLE public.trail_progress IN EXCLUSIVE MODE;
    SELECT coalesce(max(l.index) + 1, 0) INTO size FROM public.trail_leaf l;
    -- A register that was moved to another server counts transactions anew.
    SELECT coalesce(max(p.since), '0') INTO began FROM public.trail_progress p WHERE p.since <= all_before;
    IF NOT even_idle AND NOT EXISTS (
        SELECT FROM ({entries}) w WHERE w.kind <> 'trail_checkpoint' AND w.xid >= began
        AND NOT EXISTS (SELECT FROM public.trail_leaf l WHERE l.kind = w.kind AND l.row_id = w.row_id)) THEN
        RETURN;
    END IF;
    RETURN QUERY INSERT INTO public.trail_leaf (index, kind, row_id, hash)
        SELECT size + row_number() OVER (ORDER BY w.xid, w.kind, w.row_id) - 1, w.kind, w.row_id, {hashed}
        FROM (SELECT w.* FROM ({entries}) w WHERE w.xid >= began
              AND NOT EXISTS (SELECT FROM public.trail_leaf l WHERE l.kind = w.kind AND l.row_id = w.row_id)
              ORDER BY w.xid, w.kind, w.row_id LIMIT most) w
        RETURNING index, hash;
    SELECT l.kind, l.row_id INTO last FROM public.trail_leaf l ORDER BY l.index DESC LIMIT 1;
    SELECT w.xid INTO began FROM ({entries}) w WHERE w.kind = last.kind AND w.row_id = last.row_id;
    DELETE FROM public.trail_progress;
    INSERT INTO public.trail_progress (since) VALUES (least(all_before, began));
END $$;

-- Erase a person from the trail, and return the erasure's number: of every look at them, by them and shared by them what identifies anybody
-- is taken away with the salt, and commitments that nothing can open any more stay.
CREATE FUNCTION trail.erase(person bigint, acting text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER {pinned} AS $$
DECLARE
    made bigint := nextval('public.erasure_id_seq');
BEGIN
{erasing}
    INSERT INTO public.erasure (id, acting, digest) SELECT made, acting, coalesce({erased_digest}, sha256(''))
    FROM public.trail_erased e WHERE e.erasure_id = made;
    RETURN made;
END $$;

-- What proves that an event which the look's person may see is in the trail: of each leaf that is about it, where it is, its entry, and with
-- which key its commitment of the person opens. Another's commitment, such as the employee's, is never opened. No row until it is sealed.
CREATE FUNCTION trail.proof(event bigint) RETURNS TABLE (index bigint, entry text, opened text, key bytea)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED {pinned} AS $$
    WITH viewer AS MATERIALIZED (SELECT access.subject('person', 'TOTAL', 'looks') AS id),
    mine AS (
        SELECT 'access_event' AS kind, t.id AS row_id, 'subject_id' AS opened, {subject_key} AS key
        FROM public.access_event t WHERE t.id = event AND t.subject_kind = 'person' AND t.subject_id = (SELECT v.id FROM viewer v)
          AND coalesce(t.role || ' ' || t.case_ref <> ALL ((SELECT access.cases_untold())::text[]), true)
        UNION ALL
        SELECT 'access_event', t.id, NULL, NULL FROM public.access_event t
        WHERE t.id = event AND t.subject_kind <> 'person' AND (SELECT v.id FROM viewer v) IS NOT NULL AND EXISTS (
            SELECT FROM public.access_event_person p WHERE p.event_id = event AND p.person_id IN (0, (SELECT v.id FROM viewer v)))
        UNION ALL
        SELECT 'access_event_person', t.id, 'person_id', {person_key} FROM public.access_event_person t
        WHERE t.event_id = event AND t.person_id = (SELECT v.id FROM viewer v)
    )
    SELECT l.index, w.entry, m.opened, m.key FROM mine m JOIN public.trail_leaf l ON l.kind = m.kind AND l.row_id = m.row_id
    CROSS JOIN LATERAL (SELECT e.entry FROM ({entries}) e WHERE e.kind = m.kind AND e.row_id = m.row_id) w
    ORDER BY l.index
$$;

GRANT EXECUTE ON FUNCTION trail.alone, trail.append TO tarkka_app;
GRANT EXECUTE ON FUNCTION trail.erase TO tarkka_door;
GRANT EXECUTE ON FUNCTION trail.proof TO tarkka_person;
GRANT CREATE ON SCHEMA trail TO tarkka_seal;
ALTER FUNCTION trail.alone OWNER TO tarkka_seal;
ALTER FUNCTION trail.append OWNER TO tarkka_seal;
ALTER FUNCTION trail.erase OWNER TO tarkka_seal;
ALTER FUNCTION trail.proof OWNER TO tarkka_seal;
REVOKE CREATE ON SCHEMA trail FROM tarkka_seal;

-- The door's functions know whose look it is.
SET LOCAL ROLE tarkka_door;
GRANT EXECUTE ON FUNCTION access.subject, access.cases_untold TO tarkka_seal;
SET LOCAL ROLE tarkka_owner;
