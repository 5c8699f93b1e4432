-- What must not go yet although its time is over, and the few steps of a run that need to see rows. Only the owner's commands come here; what
-- comes out is counts.
CREATE SCHEMA retention;

-- Whose rows are held for a dispute: of an open request (GDPR 16–18, 21), or of a restriction in force (GDPR 18).
CREATE FUNCTION retention.disputes() RETURNS TABLE (hold text, hold_id bigint, person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT 'request', r.id, r.person_id FROM request r WHERE r.answered_at IS NULL
    UNION ALL
    SELECT 'restriction', x.id, x.person_id FROM restriction x WHERE x.valid @> statement_timestamp()
$$;

-- Whether a hold is still in force.
CREATE FUNCTION retention.is_needed(of_hold text, of_id bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE of_hold WHEN 'recall' THEN recalls.running(of_id) IS NOT NULL
                        ELSE EXISTS (SELECT FROM retention.disputes() d WHERE d.hold = of_hold AND d.hold_id = of_id) END
$$;

-- The rows of a quarter that are held: all of whom a dispute is about, and what running recalls' traces read.
CREATE FUNCTION retention.lines_to_hold(since timestamptz, until timestamptz) RETURNS SETOF held_receipt_line
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.*, d.hold, d.hold_id, statement_timestamp() FROM retention.disputes() d JOIN receipt_line l ON l.purchaser_id = d.person_id
    WHERE l.purchased_at >= $1 AND l.purchased_at < $2
    UNION ALL SELECT * FROM recalls.lines_read($1, $2)
$$;
CREATE FUNCTION retention.groups_to_hold(since timestamptz, until timestamptz) RETURNS SETOF held_receipt_group
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT g.*, d.hold, d.hold_id, statement_timestamp() FROM retention.disputes() d JOIN receipt_group g ON g.purchaser_id = d.person_id
    WHERE g.purchased_at >= $1 AND g.purchased_at < $2
    UNION ALL SELECT * FROM recalls.groups_read($1, $2)
$$;
CREATE FUNCTION retention.receipts_to_hold(since timestamptz, until timestamptz) RETURNS SETOF held_receipt
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.*, d.hold, d.hold_id, statement_timestamp() FROM retention.disputes() d JOIN receipt r ON r.purchaser_id = d.person_id
    WHERE r.purchased_at >= $1 AND r.purchased_at < $2
    UNION ALL SELECT * FROM recalls.receipts_read($1, $2)
$$;

-- How many rows of a level of a quarter are held for what: told before anything is done.
CREATE FUNCTION retention.would_hold(of_level level, since timestamptz, until timestamptz) RETURNS TABLE (hold text, rows bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    CASE of_level
        WHEN 'PRODUCT' THEN RETURN QUERY SELECT h.hold, count(*) FROM retention.lines_to_hold(since, until) h GROUP BY 1 ORDER BY 1;
        WHEN 'GROUP' THEN RETURN QUERY SELECT h.hold, count(*) FROM retention.groups_to_hold(since, until) h GROUP BY 1 ORDER BY 1;
        WHEN 'TOTAL' THEN RETURN QUERY SELECT h.hold, count(*) FROM retention.receipts_to_hold(since, until) h GROUP BY 1 ORDER BY 1;
    END CASE;
END $$;

-- Copy aside what is held of a level of a quarter, and return how many rows. In the transaction that drops it: neither is there without the other.
CREATE FUNCTION retention.hold(of_level level, since timestamptz, until timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held bigint;
BEGIN
    CASE of_level
        WHEN 'PRODUCT' THEN INSERT INTO held_receipt_line SELECT * FROM retention.lines_to_hold(since, until) ON CONFLICT DO NOTHING;
        WHEN 'GROUP' THEN INSERT INTO held_receipt_group SELECT * FROM retention.groups_to_hold(since, until) ON CONFLICT DO NOTHING;
        WHEN 'TOTAL' THEN INSERT INTO held_receipt SELECT * FROM retention.receipts_to_hold(since, until) ON CONFLICT DO NOTHING;
    END CASE;
    GET DIAGNOSTICS held = ROW_COUNT;
    RETURN held;
END $$;

-- Let go of held rows that nothing needs any more, and return how many of which kind of hold. What is needed by something else
-- than what it is held for, a dispute of the same person's or a running recall, is first held for that too.
CREATE FUNCTION retention.release() RETURNS TABLE (hold text, rows bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    name text;
BEGIN
    PERFORM purchases.let_go_alone();
    PERFORM recalls.hold_also();
    FOREACH name IN ARRAY ARRAY['held_receipt_line', 'held_receipt_group', 'held_receipt'] LOOP
        EXECUTE format(
            'INSERT INTO %1$I SELECT (jsonb_populate_record(h, jsonb_build_object(''hold'', d.hold, ''hold_id'', d.hold_id))).*'
            ' FROM %1$I h JOIN retention.disputes() d ON d.person_id = h.purchaser_id ON CONFLICT DO NOTHING', name);
        RETURN QUERY EXECUTE format(
            'WITH gone AS (DELETE FROM %1$I h USING (SELECT DISTINCT o.hold, o.hold_id FROM %1$I o) k'
            ' WHERE h.hold = k.hold AND h.hold_id = k.hold_id AND NOT retention.is_needed(k.hold, k.hold_id) RETURNING h.hold)'
            ' SELECT g.hold, count(*) FROM gone g GROUP BY 1', name);
    END LOOP;
END $$;

-- How many held rows a run would let go, by kind of hold.
CREATE FUNCTION retention.would_release() RETURNS TABLE (hold text, rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.hold, sum(h.rows)::bigint
    FROM (SELECT l.hold, l.hold_id, count(*) AS rows FROM held_receipt_line l GROUP BY 1, 2
          UNION ALL SELECT g.hold, g.hold_id, count(*) FROM held_receipt_group g GROUP BY 1, 2
          UNION ALL SELECT r.hold, r.hold_id, count(*) FROM held_receipt r GROUP BY 1, 2) h
    WHERE NOT retention.is_needed(h.hold, h.hold_id) GROUP BY 1 ORDER BY 1
$$;

-- The months, in the register's time zone, that lie in a stretch of time, belong to some program of Bonus and were not closed yet.
CREATE FUNCTION retention.months_unclosed(since timestamptz, until timestamptz) RETURNS date[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(m::date ORDER BY m), '{}')
    FROM description_version v JOIN description_in_force f USING (number)
    CROSS JOIN generate_series(date_trunc('month', since AT TIME ZONE v.time_zone),
                               (until - interval '1 microsecond') AT TIME ZONE v.time_zone, '1 month') m
    WHERE EXISTS (SELECT FROM bonus_program p WHERE p.effective_from <= m)
    AND NOT EXISTS (SELECT FROM bonus_run r WHERE r.month = m)
$$;

-- Begin a run under the description in force, and return its number and that version's.
CREATE FUNCTION retention.begin_run(started_by text) RETURNS TABLE (id bigint, version integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO retention_run (version, acting) SELECT d.number, started_by FROM description_in_force d RETURNING id, version
$$;

-- The days of a quarter whose keys are still there although its receipts are gone, and the keys of such a day, which then go too.
CREATE FUNCTION retention.days_with_keys(of_quarter date) RETURNS SETOF date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT k.purchased_on FROM receipt_key k
    WHERE k.purchased_on >= of_quarter AND k.purchased_on < of_quarter + interval '3 months'
    AND EXISTS (SELECT FROM retention_drop d WHERE d.quarter = of_quarter AND d.level = 'TOTAL') ORDER BY 1
$$;
CREATE FUNCTION retention.forget_keys(of_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    DELETE FROM receipt_key k WHERE k.purchased_on = of_day
    AND EXISTS (SELECT FROM retention_drop d WHERE d.quarter = date_trunc('quarter', of_day::timestamp)::date AND d.level = 'TOTAL');
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- What begins to need rows waits for what lets go of them.
CREATE TRIGGER waits BEFORE INSERT ON recall_release FOR EACH STATEMENT EXECUTE FUNCTION purchases.wait_for_letting_go();
CREATE TRIGGER waits BEFORE INSERT ON request FOR EACH STATEMENT EXECUTE FUNCTION purchases.wait_for_letting_go();
CREATE TRIGGER waits BEFORE INSERT ON restriction FOR EACH STATEMENT EXECUTE FUNCTION purchases.wait_for_letting_go();

-- What they do, the door does.
GRANT SELECT (line, lot) ON receipt_line TO tarkka_door;
GRANT SELECT (channel, currency, payments, refers_to_at) ON receipt TO tarkka_door;
GRANT SELECT (id) ON restriction TO tarkka_door;
GRANT USAGE ON SCHEMA retention TO tarkka_door;
GRANT CREATE ON SCHEMA retention TO tarkka_door;
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'retention'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO tarkka_door', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA retention FROM tarkka_door;
-- Given by their owner now: given before, the right would have passed on with the ownership.
SET LOCAL ROLE tarkka_door;
GRANT EXECUTE ON FUNCTION retention.would_hold, retention.hold, retention.release, retention.would_release, retention.months_unclosed,
    retention.begin_run, retention.days_with_keys, retention.forget_keys TO tarkka_owner;
SET LOCAL ROLE tarkka_owner;
