-- Who may do what with recalls. Drafts, releases and ends are of no customer: staff reach them by the functions here. Whom a recall affects is
-- read at looks for that recall, and by the person themselves.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['recall_draft', 'recall_release', 'recall_end'] LOOP
        EXECUTE format('CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO tarkka_door', name);
        EXECUTE format('CREATE POLICY door_writes ON %I FOR INSERT TO tarkka_door WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY door_reads ON %I FOR SELECT TO tarkka_door USING (true)', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['recall_person', 'recall_notice', 'recall_acknowledgement'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('GRANT SELECT ON %I TO tarkka_person, tarkka_door', name);
        EXECUTE format('GRANT DELETE ON %I TO tarkka_door', name);
        EXECUTE format('CREATE POLICY door_reads ON %I FOR SELECT TO tarkka_door USING (true)', name);
        EXECUTE format('CREATE POLICY door_erases ON %I FOR DELETE TO tarkka_door USING (true)', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT ON recall TO tarkka_door;
GRANT USAGE ON SEQUENCE recall_id_seq, recall_draft_id_seq TO tarkka_door;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON recall FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON recall_run FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();

-- The recall if it is running: released and not ended. What the door asks before a look for a recall.
CREATE FUNCTION recalls.running(of_recall bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.recall_id FROM recall_release r JOIN recall_draft d ON d.id = r.draft_id
    WHERE r.recall_id = of_recall AND d.is_dangerous AND NOT EXISTS (SELECT FROM recall_end e WHERE e.recall_id = r.recall_id)
$$;

-- Whether a trace found this person for the recall: nobody else is looked at one by one for it.
CREATE FUNCTION recalls.affects(of_recall bigint, person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM recall_person p WHERE p.recall_id = of_recall AND p.person_id = person)
$$;

-- The recalls whose rows the present look at a person shows: of a recall's look that recall, of a look at one's own data all; of any other none.
CREATE FUNCTION recalls.shown() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT p.recall_id), '{}') FROM access.ticket() t JOIN recall_person p ON p.person_id = t.subject_id
    WHERE t.subject_kind = 'person' AND CASE t.purpose WHEN 'own_data' THEN true WHEN 'recall' THEN p.recall_id = t.recall_id ELSE false END
$$;

-- The draft that the present look traces. Raises if there is no such look any more, which would find nobody without a word.
CREATE FUNCTION recalls.traced() RETURNS recall_draft
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found recall_draft;
BEGIN
    SELECT d.* INTO found FROM recall_release r JOIN recall_draft d ON d.id = r.draft_id WHERE r.recall_id = access.recall();
    IF found.id IS NULL THEN
        RAISE EXCEPTION 'no_look' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN found;
END $$;

-- Write a draft: of a new recall, or of one that was not released yet. Returns the recall's number.
CREATE FUNCTION recalls.draft(
    of_recall bigint, with_reference text, of_kind text, dangerous boolean, of_gtins text[], of_groups text[], of_lots text[], at_outlets bigint[],
    in_period daterange, in_words jsonb, acting text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint := of_recall;
BEGIN
    PERFORM access.demand_role(acting, '{recall_officer}');
    IF of_recall IS NULL THEN
        INSERT INTO recall (reference) VALUES (with_reference) RETURNING id INTO made;
    ELSE
        -- As releasing does: what is released is the draft that was read.
        PERFORM pg_advisory_xact_lock(hashtextextended('tarkka.recall', of_recall));
        IF EXISTS (SELECT FROM recall_release r WHERE r.recall_id = of_recall) THEN
            RAISE EXCEPTION 'already_released' USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    INSERT INTO recall_draft (recall_id, kind, is_dangerous, gtins, group_codes, lots, outlets, period, texts, drafted_by)
    VALUES (made, of_kind, dangerous, of_gtins, of_groups, of_lots, at_outlets, in_period, in_words, acting);
    RETURN made;
END $$;

-- Release the draft that was read, if it is still the newest, whole and of a danger, and by somebody who wrote none of the recall's drafts.
CREATE FUNCTION recalls.release(of_recall bigint, of_draft bigint, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    read recall_draft;
    refusal text;
BEGIN
    PERFORM access.demand_role(acting, '{recall_officer}');
    PERFORM pg_advisory_xact_lock(hashtextextended('tarkka.recall', of_recall));
    SELECT * INTO read FROM recall_draft d WHERE d.recall_id = of_recall ORDER BY d.id DESC LIMIT 1;
    refusal := CASE
        WHEN read.id IS NULL THEN 'no_recall'
        WHEN EXISTS (SELECT FROM recall_release r WHERE r.recall_id = of_recall) THEN 'already_released'
        WHEN read.id <> of_draft THEN 'changed_meanwhile'
        WHEN EXISTS (SELECT FROM recall_draft d WHERE d.recall_id = of_recall AND d.drafted_by = acting) THEN 'not_for_yourself'
        WHEN NOT read.is_dangerous THEN 'no_danger'
        WHEN read.period IS NULL OR cardinality(read.gtins || read.group_codes) = 0 OR EXISTS (
            SELECT FROM unnest(ARRAY['fi', 'sv', 'en']) l CROSS JOIN unnest(ARRAY['product', 'hazard', 'instructions', 'contact']) k
            WHERE coalesce(btrim(read.texts -> l ->> k), '') = '') THEN 'not_whole'
    END;
    IF refusal IS NOT NULL THEN
        RAISE EXCEPTION '%', refusal USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO recall_release (recall_id, draft_id, released_by) VALUES (of_recall, of_draft, acting);
END $$;

-- End a running recall, and the looks that are under way for it.
CREATE FUNCTION recalls.end_recall(of_recall bigint, why text, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{recall_officer}');
    IF recalls.running(of_recall) IS NULL THEN
        RAISE EXCEPTION 'not_running' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO recall_end (recall_id, ended_by, reason) VALUES (of_recall, acting, why);
    DELETE FROM access_ticket t WHERE t.recall_id = of_recall;
END $$;

-- Every recall, or the one, newest first, with the draft that holds and who did what: staff's own doings, and of no customer.
CREATE FUNCTION recalls.on_desk(of_recall bigint, acting text)
RETURNS TABLE (id bigint, reference text, draft_id bigint, kind text, is_dangerous boolean, gtins text[], group_codes text[], lots text[],
               outlets bigint[], period daterange, texts jsonb, drafted_by text, drafted_at timestamptz, released_by text, released_at timestamptz,
               ended_by text, ended_at timestamptz, end_reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{recall_officer,data_protection_officer}');
    RETURN QUERY
    SELECT c.id, c.reference, d.id, d.kind, d.is_dangerous, d.gtins, d.group_codes, d.lots, d.outlets, d.period, d.texts, d.drafted_by, d.at,
           r.released_by, r.at, e.ended_by, e.at, e.reason
    FROM recall c LEFT JOIN recall_release r ON r.recall_id = c.id LEFT JOIN recall_end e ON e.recall_id = c.id
    JOIN LATERAL (SELECT * FROM recall_draft t WHERE t.recall_id = c.id AND t.id = coalesce(r.draft_id, t.id) ORDER BY t.id DESC LIMIT 1) d ON true
    WHERE of_recall IS NULL OR c.id = of_recall ORDER BY c.id DESC;
END $$;

-- What a released recall says: a public notice, and who of the staff wrote it is not in it.
CREATE FUNCTION recalls.published(of_recalls bigint[])
RETURNS TABLE (id bigint, kind text, gtins text[], group_codes text[], lots text[], outlets bigint[], period daterange, texts jsonb,
               released_at timestamptz, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.recall_id, d.kind, d.gtins, d.group_codes, d.lots, d.outlets, d.period, d.texts, r.at, e.at
    FROM recall_release r JOIN recall_draft d ON d.id = r.draft_id LEFT JOIN recall_end e ON e.recall_id = r.recall_id
    WHERE of_recalls IS NULL OR r.recall_id = ANY (of_recalls) ORDER BY r.recall_id DESC
$$;

-- The running recalls that affect the customer whose look this is, of whatever it is a look at, and which they have not said they read.
CREATE FUNCTION recalls.unread() RETURNS TABLE (id bigint, is_sure boolean, texts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.recall_id, found.is_sure, d.texts
    FROM (
        SELECT p.recall_id, p.person_id, bool_or(p.certainty = 'bought') AS is_sure
        FROM access.ticket() t JOIN recall_person p ON p.person_id = CASE WHEN t.role = 'customer' THEN t.actor::bigint END
        GROUP BY 1, 2
    ) found
    JOIN recall_release r USING (recall_id) JOIN recall_draft d ON d.id = r.draft_id
    WHERE NOT EXISTS (SELECT FROM recall_end e WHERE e.recall_id = r.recall_id)
    AND NOT EXISTS (SELECT FROM recall_acknowledgement a WHERE a.recall_id = r.recall_id AND a.person_id = found.person_id)
    ORDER BY r.recall_id DESC
$$;
GRANT USAGE ON SCHEMA recalls TO tarkka_household;
GRANT EXECUTE ON FUNCTION recalls.unread TO tarkka_person, tarkka_household;

-- Whoever is stored sees the look that stored them, whatever else the login does or leaves out: the statement itself covers them, and fails if the look
-- has ended. A trigger of the statement, for one of the commit would ask of each row, and a function that stores would need its own rights to purchases.
-- Whoever passes by the policies is at no look.
CREATE FUNCTION recalls.cover_stored() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.cover(array_agg(n.person_id)) FROM new_person n HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER covers AFTER INSERT ON recall_person REFERENCING NEW TABLE AS new_person
    FOR EACH STATEMENT WHEN (row_security_active('public.recall_person')) EXECUTE FUNCTION recalls.cover_stored();

-- A trace writes and reads the result of its own recall. A person reads theirs; a look at them for a recall, that recall's.
GRANT SELECT, INSERT (recall_id, person_id, receipt_id, purchased_at, certainty) ON recall_person TO tarkka_trace;
GRANT INSERT (recall_id, event_id, quarter, people, new_people) ON recall_run TO tarkka_trace;
GRANT SELECT ON recall_run TO tarkka_app, tarkka_trace;
GRANT USAGE ON SEQUENCE recall_run_id_seq TO tarkka_trace;
-- Of nobody but the purchaser of a receipt that the trace sees.
CREATE POLICY traces ON recall_person FOR INSERT TO tarkka_trace WITH CHECK (recall_id = (SELECT access.recall()) AND EXISTS (
    SELECT FROM receipt r WHERE r.purchaser_id = recall_person.person_id AND r.purchased_at = recall_person.purchased_at AND r.id = recall_person.receipt_id
    UNION ALL
    SELECT FROM held_receipt r WHERE r.purchaser_id = recall_person.person_id AND r.purchased_at = recall_person.purchased_at AND r.id = recall_person.receipt_id));
CREATE POLICY of_this_recall ON recall_person FOR SELECT TO tarkka_trace USING (recall_id = (SELECT access.recall()));
CREATE POLICY own ON recall_person FOR SELECT TO tarkka_person
    USING (person_id = (SELECT access.subject('person', 'TOTAL')) AND recall_id = ANY ((SELECT recalls.shown())::bigint[]));
CREATE POLICY own ON recall_notice FOR SELECT TO tarkka_person
    USING (person_id = (SELECT access.subject('person', 'TOTAL')) AND recall_id = ANY ((SELECT recalls.shown())::bigint[]));
CREATE POLICY own ON recall_acknowledgement FOR SELECT TO tarkka_person
    USING (person_id = (SELECT access.subject('person', 'TOTAL')) AND recall_id = ANY ((SELECT recalls.shown())::bigint[]));

-- That they read it, a person says at their own look.
GRANT INSERT (recall_id, person_id) ON recall_acknowledgement TO tarkka_person;
CREATE POLICY acknowledges ON recall_acknowledgement FOR INSERT TO tarkka_person
    WITH CHECK (person_id = (SELECT access.subject_for('{own_data}')) AND recall_id = ANY ((SELECT recalls.shown())::bigint[]));

GRANT EXECUTE ON FUNCTION recalls.draft, recalls.release, recalls.end_recall, recalls.on_desk, recalls.published TO tarkka_app;
GRANT EXECUTE ON FUNCTION recalls.shown, recalls.published TO tarkka_person;
GRANT EXECUTE ON FUNCTION recalls.traced, recalls.published TO tarkka_trace;
GRANT CREATE ON SCHEMA recalls TO tarkka_door;
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'recalls'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO tarkka_door', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA recalls FROM tarkka_door;
