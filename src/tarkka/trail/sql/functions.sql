-- The functions of the trail, made with the entries of `sealed`. Owned by tarkka_seal, which reads every sealed row and which no login reaches.
CREATE SCHEMA trail;
GRANT USAGE ON SCHEMA trail TO tarkka_app, tarkka_person, tarkka_seal, tarkka_owner;

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
    PERFORM pg_advisory_xact_lock(hashtextextended('tarkka.trail', 0));
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

GRANT EXECUTE ON FUNCTION trail.append TO tarkka_app;
GRANT CREATE ON SCHEMA trail TO tarkka_seal;
ALTER FUNCTION trail.append OWNER TO tarkka_seal;
REVOKE CREATE ON SCHEMA trail FROM tarkka_seal;
