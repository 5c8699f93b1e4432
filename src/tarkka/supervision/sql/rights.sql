-- Supervision reads through the door, at the trail; what it writes it writes by these functions.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['staff_call', 'flag', 'flag_event', 'flag_decision'] LOOP
        EXECUTE format('CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT INSERT ON %I TO tarkka_door', name);
        EXECUTE format('CREATE POLICY door_writes ON %I FOR INSERT TO tarkka_door WITH CHECK (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO tarkka_trail', name);
        EXECUTE format('CREATE POLICY supervised ON %I FOR SELECT TO tarkka_trail USING ((SELECT access.group_ok(''trail'', ''TOTAL'')))', name);
    END LOOP;
    -- What the functions below ask.
    FOREACH name IN ARRAY ARRAY['staff_call', 'flag', 'flag_event'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO tarkka_door', name);
        EXECUTE format('CREATE POLICY door_reads ON %I FOR SELECT TO tarkka_door USING (true)', name);
    END LOOP;
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON supervision_run FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
GRANT SELECT, INSERT ON supervision_run TO tarkka_trail;
GRANT SELECT ON supervision_run TO tarkka_app;
GRANT USAGE ON SEQUENCE supervision_run_id_seq TO tarkka_trail;
GRANT USAGE ON SEQUENCE flag_id_seq, staff_call_id_seq TO tarkka_door;

-- Who of the staff is a person of the register, or lives with one, and when: to a look at the trail alone. Closed accounts too.
CREATE FUNCTION supervision.people_of_staff() RETURNS TABLE (user_id text, person_id bigint, is_self boolean, valid tstzrange)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    WITH of_staff AS MATERIALIZED (
        SELECT a.user_id, p.id FROM staff_account a JOIN person p USING (identity_hash) WHERE (SELECT access.group_ok('trail', 'TOTAL')))
    SELECT s.user_id, s.id, true, '(,)'::tstzrange FROM of_staff s
    UNION ALL
    SELECT s.user_id, o.person_id, false, m.valid * o.valid FROM of_staff s JOIN membership m ON m.person_id = s.id
    JOIN membership o ON o.household_id = m.household_id AND o.person_id <> s.id AND o.valid && m.valid
$$;

-- Keep what a rule saw, at a look at the trail. Of events that it flagged before nothing is kept; NULL if nothing is left.
CREATE FUNCTION supervision.raise_flag(
    by_rule text, of_actor text, first timestamptz, last timestamptz, of_case bigint, seen jsonb, events bigint[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    fresh bigint[];
    made bigint;
BEGIN
    IF NOT access.group_ok('trail', 'TOTAL') THEN
        RAISE EXCEPTION 'no_look' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT coalesce(array_agg(e), '{}') INTO fresh FROM unnest(events) e
    WHERE NOT EXISTS (SELECT FROM flag_event f WHERE f.event_id = e AND f.rule = by_rule);
    IF (of_case IS NULL AND fresh = '{}') OR EXISTS (SELECT FROM flag f WHERE f.rule = by_rule AND f.case_id = of_case) THEN
        RETURN NULL;
    END IF;
    INSERT INTO flag (rule, actor, first_at, last_at, case_id, figures) VALUES (by_rule, of_actor, first, last, of_case, seen) RETURNING id INTO made;
    INSERT INTO flag_event (event_id, rule, flag_id) SELECT DISTINCT e, by_rule, made FROM unnest(fresh) e;
    RETURN made;
END $$;

-- Decide on a flag, once; nobody on one about themselves.
CREATE FUNCTION supervision.decide_flag(for_flag bigint, judged text, said text, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{data_protection_officer}');
    IF NOT EXISTS (SELECT FROM flag f WHERE f.id = for_flag AND f.actor <> acting) THEN
        RAISE EXCEPTION 'not_for_yourself' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO flag_decision (flag_id, decided_by, verdict, words) VALUES (for_flag, acting, judged, said);
END $$;

-- Take the telephone system's calls; returns how many were new. A call that is known stays as it was told first. For whoever runs the machine:
-- a browser's request that could tell of a call could clear a case that nobody called about.
CREATE FUNCTION supervision.take_calls(refs text[], users text[], began timestamptz[], ended timestamptz[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH added AS (
        INSERT INTO staff_call (ref, user_id, began_at, ended_at) SELECT * FROM unnest(refs, users, began, ended)
        ON CONFLICT (ref) DO NOTHING RETURNING 1)
    SELECT count(*) FROM added
$$;

GRANT EXECUTE ON FUNCTION supervision.people_of_staff, supervision.raise_flag TO tarkka_trail;
GRANT EXECUTE ON FUNCTION supervision.decide_flag TO tarkka_app;
GRANT USAGE, CREATE ON SCHEMA supervision TO tarkka_door;
ALTER FUNCTION supervision.people_of_staff OWNER TO tarkka_door;
ALTER FUNCTION supervision.raise_flag OWNER TO tarkka_door;
ALTER FUNCTION supervision.decide_flag OWNER TO tarkka_door;
ALTER FUNCTION supervision.take_calls OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA supervision FROM tarkka_door;
-- Given by its owner now: given before, the right would have passed on with the ownership.
SET LOCAL ROLE tarkka_door;
GRANT EXECUTE ON FUNCTION supervision.take_calls TO tarkka_owner;
SET LOCAL ROLE tarkka_owner;
