-- Rights, policies and functions of mandates, agreement and cases (staff_tables.sql).
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['mandate', 'mandate_confirmed', 'mandate_ended', 'agreement_signed', 'service_case', 'case_closed',
                                'case_receipt', 'case_review', 'look_delay', 'staff_act', 'access_cover'] LOOP
        EXECUTE format('CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT INSERT ON %I TO tarkka_door', name);
        EXECUTE format('CREATE POLICY door_writes ON %I FOR INSERT TO tarkka_door WITH CHECK (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO tarkka_trail', name);
        EXECUTE format('CREATE POLICY supervised ON %I FOR SELECT TO tarkka_trail USING ((SELECT access.group_ok(''trail'', ''TOTAL'')))', name);
    END LOOP;
    -- What the functions below ask.
    FOREACH name IN ARRAY ARRAY['mandate', 'mandate_confirmed', 'mandate_ended', 'agreement_signed', 'service_case', 'case_closed',
                                'case_receipt', 'look_delay'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO tarkka_door', name);
        EXECUTE format('CREATE POLICY door_reads ON %I FOR SELECT TO tarkka_door USING (true)', name);
    END LOOP;
END $$;
GRANT USAGE ON SEQUENCE mandate_id_seq, agreement_signed_id_seq, service_case_id_seq, staff_act_id_seq, access_cover_id_seq TO tarkka_door;

-- Refuse what the acting member of staff may not do, unless they may in one of these roles. Whoever runs the machine, with the owner's
-- rights, may: the first mandates of a register are given so.
CREATE FUNCTION access.demand_role(acting text, roles text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'tarkka_owner', 'MEMBER')
       AND NOT EXISTS (SELECT FROM unnest(roles) r WHERE access.refusal_of_staff(acting, r) IS NULL) THEN
        RAISE EXCEPTION 'no_mandate' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

CREATE FUNCTION access.give_mandate(for_actor text, for_role text, days integer, for_reason text, acting text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM access.demand_role(acting, '{register_administrator,data_protection_officer}');
    IF acting = for_actor THEN
        RAISE EXCEPTION 'not_for_yourself' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF days NOT BETWEEN 1 AND 366 THEN
        RAISE EXCEPTION 'a mandate is for 1 to 366 days' USING ERRCODE = 'check_violation', CONSTRAINT = 'a_year_at_most';
    END IF;
    INSERT INTO mandate (actor, role, valid, reason, given_by)
    VALUES (for_actor, for_role, tstzrange(now(), now() + make_interval(days => days)), for_reason, acting) RETURNING id INTO made;
    RETURN made;
END $$;

CREATE FUNCTION access.confirm_mandate(for_mandate bigint, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{register_administrator,data_protection_officer}');
    IF EXISTS (SELECT FROM mandate m WHERE m.id = for_mandate AND acting IN (m.actor, m.given_by)) THEN
        RAISE EXCEPTION 'not_for_yourself' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO mandate_confirmed (mandate_id, confirmed_by) VALUES (for_mandate, acting);
END $$;

-- End a mandate now, and the looks that are under way by it. Anybody may end their own.
CREATE FUNCTION access.end_mandate(for_mandate bigint, for_reason text, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM mandate m WHERE m.id = for_mandate AND m.actor = acting) THEN
        PERFORM access.demand_role(acting, '{register_administrator,data_protection_officer}');
    END IF;
    INSERT INTO mandate_ended (mandate_id, ended_by, reason) VALUES (for_mandate, acting, for_reason);
    DELETE FROM access_ticket t USING mandate m WHERE m.id = for_mandate AND t.actor = m.actor AND t.role = m.role;
END $$;

-- Every mandate that was given and has not ended, of one member of staff or of all. Staff's own data, and no customer's.
CREATE FUNCTION access.mandates(of_actor text)
RETURNS TABLE (id bigint, actor text, role text, valid tstzrange, reason text, given_by text, given_at timestamptz, confirmed_by text)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.id, m.actor, m.role, m.valid, m.reason, m.given_by, m.given_at, c.confirmed_by
    FROM mandate m LEFT JOIN mandate_confirmed c ON c.mandate_id = m.id
    WHERE (of_actor IS NULL OR m.actor = of_actor) AND upper(m.valid) > statement_timestamp()
      AND NOT EXISTS (SELECT FROM mandate_ended e WHERE e.mandate_id = m.id)
    ORDER BY m.actor, m.role, m.id
$$;

-- Sign the text that the description in force has, which must be the one that was read.
CREATE FUNCTION access.sign_agreement(of_number integer, read_in text, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM description_in_force d JOIN description_version v ON v.number = d.number WHERE v.agreement = of_number) THEN
        RAISE EXCEPTION 'another_agreement' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO agreement_signed (actor, number, language) VALUES (acting, of_number, read_in) ON CONFLICT (actor, number) DO NOTHING;
END $$;

-- When a member of staff signed which text.
CREATE FUNCTION access.agreements_signed(of_actor text) RETURNS TABLE (actor text, number integer, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.actor, s.number, s.at FROM agreement_signed s WHERE of_actor IS NULL OR s.actor = of_actor ORDER BY s.at
$$;

-- Open a case, and return its number. `minutes` may shorten it, and is asked for where the glass is broken.
CREATE FUNCTION access.open_case(
    of_person bigint, in_situation text, at_place text, identified text, call text, for_reason text, minutes integer, acting text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    s description_situation;
    refused text := access.refusal_of_staff(acting, 'customer_service');
    made bigint;
BEGIN
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT n.* INTO s FROM description_in_force d JOIN description_situation n ON n.version = d.number WHERE n.situation = in_situation;
    IF s.situation IS NULL OR s.break_glass AND minutes IS NULL OR NOT EXISTS (SELECT FROM person p WHERE p.id = of_person) THEN
        RAISE EXCEPTION 'no_situation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO service_case (person_id, opened_by, situation, break_glass, place, identified_by, call_ref, reason, closes_at)
    VALUES (of_person, acting, in_situation, s.break_glass, at_place, identified, call, for_reason,
            now() + make_interval(mins => greatest(1, least(minutes, s.minutes))))
    RETURNING id INTO made;
    RETURN made;
END $$;

-- The case if it is this member of staff's, and open at this moment; no row if not.
CREATE FUNCTION access.open_case_of(for_actor text, for_case bigint) RETURNS SETOF service_case
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED ROWS 1 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.* FROM service_case c
    WHERE c.id = for_case AND c.opened_by = for_actor AND c.closes_at > statement_timestamp()
      AND NOT EXISTS (SELECT FROM case_closed x WHERE x.case_id = c.id)
$$;

-- A member of staff's open cases: whose, and not what they show.
CREATE FUNCTION access.cases_open(for_actor text)
RETURNS TABLE (id bigint, person_id bigint, situation text, break_glass boolean, place text, opened_at timestamptz, closes_at timestamptz,
               receipt_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.person_id, c.situation, c.break_glass, c.place, c.opened_at, c.closes_at, r.receipt_id
    FROM service_case c LEFT JOIN case_receipt r ON r.case_id = c.id
    WHERE c.opened_by = for_actor AND c.closes_at > statement_timestamp()
      AND NOT EXISTS (SELECT FROM case_closed x WHERE x.case_id = c.id) ORDER BY c.id
$$;

-- Close a case before its time, and end the looks that are under way in it. False if it was not open.
CREATE FUNCTION access.close_case(for_case bigint, acting text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM access.open_case_of(acting, for_case)) THEN
        RETURN false;
    END IF;
    INSERT INTO case_closed (case_id, closed_by) VALUES (for_case, acting);
    DELETE FROM access_ticket t WHERE t.case_id = for_case;
    RETURN true;
END $$;

-- Say whether breaking the glass was right: once, and not of one's own case.
CREATE FUNCTION access.review_case(for_case bigint, judged text, said text, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{data_protection_officer}');
    IF NOT EXISTS (SELECT FROM service_case c WHERE c.id = for_case AND c.break_glass AND c.opened_by <> acting) THEN
        RAISE EXCEPTION 'not_for_yourself' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO case_review (case_id, reviewed_by, verdict, words) VALUES (for_case, acting, judged, said);
END $$;

-- Let the customer be told later of what was looked at with the glass broken: 30 days at most. Refused once they may know, by a look at their
-- own data since then, theirs or the program's for them (a letter, a mail): what was told is not hidden again. services.claim_glass has the same lock.
CREATE FUNCTION access.delay_look(for_case bigint, to_when timestamptz, for_reason text, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{data_protection_officer}');
    IF NOT EXISTS (SELECT FROM service_case c WHERE c.id = for_case AND c.break_glass AND c.opened_by <> acting)
       OR to_when > now() + interval '30 days' THEN
        RAISE EXCEPTION 'no_delay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('tarkka.glass', for_case));
    IF EXISTS (SELECT FROM service_case c JOIN access_event e ON e.subject_kind = 'person' AND e.subject_id = c.person_id AND e.at >= c.opened_at
               WHERE c.id = for_case AND e.purpose = 'own_data' AND e.refusal IS NULL) THEN
        RAISE EXCEPTION 'already_told' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO look_delay (case_id, until, reason, set_by) VALUES (for_case, to_when, for_reason, acting);
END $$;

-- The cases of which the person of the live ticket is not yet told; nor is whoever looks at them, and might tell.
CREATE FUNCTION access.cases_untold() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg('customer_service ' || c.id), '{}') FROM access.ticket() t
    JOIN service_case c ON c.person_id = t.subject_id JOIN look_delay d ON d.case_id = c.id
    WHERE t.subject_kind = 'person' AND d.until > statement_timestamp()
$$;

-- Record what is done at the present look at a person.
CREATE FUNCTION access.record_act(done text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO staff_act (event_id, person_id, act)
    SELECT t.event_id, t.subject_id, done FROM access.ticket() t WHERE t.subject_kind = 'person'
$$;

GRANT EXECUTE ON FUNCTION access.give_mandate, access.confirm_mandate, access.end_mandate, access.mandates, access.refusal_of_staff,
    access.sign_agreement, access.agreements_signed, access.open_case, access.cases_open, access.close_case, access.review_case,
    access.delay_look TO tarkka_app;
GRANT EXECUTE ON FUNCTION access.cases_untold, access.record_act TO tarkka_person;
GRANT SELECT (id, event_id, person_id, act, at) ON staff_act TO tarkka_person;
GRANT SELECT (id, person_id, situation, break_glass, place, identified_by, call_ref, opened_at, closes_at) ON service_case TO tarkka_person;
CREATE POLICY own ON staff_act FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'looks')));
CREATE POLICY own ON service_case FOR SELECT TO tarkka_person
    USING (person_id = (SELECT access.subject('person', 'TOTAL', 'looks')) AND 'customer_service ' || id <> ALL ((SELECT access.cases_untold())::text[]));

GRANT CREATE ON SCHEMA access TO tarkka_door;
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOREACH f IN ARRAY ARRAY[
        'access.refusal_of_staff(text,text)', 'access.staff_may_go_on(text,text,bigint)', 'access.demand_role(text,text[])', 'access.give_mandate(text,text,integer,text,text)',
        'access.confirm_mandate(bigint,text)', 'access.end_mandate(bigint,text,text)', 'access.mandates(text)',
        'access.sign_agreement(integer,text,text)', 'access.agreements_signed(text)',
        'access.open_case(bigint,text,text,text,text,text,integer,text)', 'access.open_case_of(text,bigint)', 'access.cases_open(text)',
        'access.close_case(bigint,text)', 'access.review_case(bigint,text,text,text)', 'access.delay_look(bigint,timestamptz,text,text)',
        'access.cases_untold()', 'access.record_act(text)']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO tarkka_door', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA access FROM tarkka_door;
-- The first mandates are given with the owner's rights. (Given before, the right would have passed on with the ownership.)
SET LOCAL ROLE tarkka_door;
GRANT EXECUTE ON FUNCTION access.give_mandate, access.confirm_mandate, access.end_mandate, access.mandates, access.agreements_signed TO tarkka_owner;
SET LOCAL ROLE tarkka_owner;
