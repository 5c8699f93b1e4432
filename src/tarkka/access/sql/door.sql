-- The functions of the door. Owned by tarkka_door; search_path is pinned, so nobody's objects can stand in for ours.

-- Decide whether this look is allowed and at which level; write the event or the refusal; store the ticket's hash.
-- Runs as one autocommitted statement: the event is durable before a row can be read.
-- The level is the least of the description's, of what the person's objections leave, and of what the task asked for.
CREATE FUNCTION access.issue(
    hash bytea, for_role text, for_actor text, for_purpose text, for_kind text, for_subject bigint, for_case text, for_receipt bigint,
    for_terms text, at_most level,
    OUT event_id bigint, OUT level level, OUT refusal text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    in_force integer;
    use record;
    opened service_case;
    situation description_situation;
    is_main boolean;
    visible tstzmultirange;
    is_first boolean;
    of_recall bigint;
BEGIN
    -- A session may have switched it off, and an event that a crash can lose is no trace.
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;

    SELECT d.number INTO in_force FROM description_in_force d;

    SELECT u.level, u.basis, u.person_needs_case, u.staff, u.lowered_by_a, u.lowered_by_b, u.under_restriction INTO use FROM description_use u
    WHERE u.version = in_force AND u.purpose = for_purpose AND u.role = for_role AND u.subject_kind = for_kind;

    refusal := CASE
        WHEN in_force IS NULL THEN 'no_description'
        WHEN use.level IS NULL THEN 'not_declared'
        WHEN use.staff THEN access.refusal_of_staff(for_actor, for_role)
    END;
    refusal := CASE
        WHEN refusal IS NOT NULL THEN refusal
        WHEN for_kind = 'lookup' AND coalesce(trim(for_terms), '') = '' THEN 'no_terms'
        WHEN for_kind IN ('person', 'household') AND for_subject IS NULL THEN 'no_subject'
        WHEN for_role = 'customer' AND NOT (for_kind = 'household' OR for_kind = 'person' AND for_subject::text = for_actor) THEN 'not_own'
        -- Objections are looked at person by person in an audience; a trace has no place for them.
        WHEN for_kind = 'trace' AND (use.lowered_by_a IS NOT NULL OR use.lowered_by_b IS NOT NULL) THEN 'needs_audience'
        WHEN for_kind = 'person' AND NOT use.under_restriction AND EXISTS (
            SELECT FROM restriction r WHERE r.person_id = for_subject AND r.valid @> statement_timestamp()) THEN 'restricted'
    END;

    -- The main member looks at the household's purchases, another member at its sums: each at those of their own time in the role that
    -- they have now (R10, R11; rulings: Household). What one saw as main member can so not be subtracted from a member's sum.
    IF refusal IS NULL AND for_role = 'customer' AND for_kind = 'household' THEN
        SELECT m.is_main_member, range_agg(same.valid) INTO is_main, visible
        FROM membership m JOIN membership same USING (household_id, person_id, is_main_member)
        WHERE m.household_id = for_subject AND m.person_id::text = for_actor AND m.valid @> now() GROUP BY m.is_main_member;
        IF visible IS NULL THEN
            refusal := 'not_member';
        END IF;
    END IF;

    -- The situation of an open case of one's own decides what is shown of the customer, and how finely (R23).
    IF refusal IS NULL AND use.person_needs_case THEN
        SELECT c.* INTO opened FROM access.open_case_of(for_actor, CASE WHEN for_case ~ '^[0-9]{1,18}$' THEN for_case::bigint END) c
        WHERE c.person_id = for_subject;
        SELECT n.* INTO situation FROM description_situation n WHERE n.version = in_force AND n.situation = opened.situation;
        refusal := CASE
            WHEN opened.id IS NULL THEN 'no_case'
            WHEN situation.situation IS NULL THEN 'no_situation'
            -- With the glass broken the customer is not there to ask for anything: it is looked, and nothing is changed.
            WHEN opened.break_glass AND for_purpose = 'register_upkeep' THEN 'without_the_customer'
        END;
        IF refusal IS NULL AND situation.one_receipt AND for_receipt IS NOT NULL THEN
            INSERT INTO case_receipt (case_id, receipt_id) VALUES (opened.id, for_receipt) ON CONFLICT DO NOTHING;
            IF for_receipt <> (SELECT r.receipt_id FROM case_receipt r WHERE r.case_id = opened.id) THEN
                refusal := 'another_receipt';
            END IF;
        END IF;
        use.level := least(use.level, CASE WHEN situation.one_receipt AND for_receipt IS NULL THEN 'TOTAL' ELSE situation.level END);
        use.lowered_by_a := CASE WHEN 'A' <> ALL (situation.kept_under) THEN use.lowered_by_a END;
        use.lowered_by_b := CASE WHEN 'B' <> ALL (situation.kept_under) THEN use.lowered_by_b END;
    END IF;

    -- For a recall it is looked at what one recall needs: one that was released by two, of a danger, and has not ended (R19); and of single
    -- persons at those alone whom its trace found.
    IF refusal IS NULL AND for_purpose = 'recall' THEN
        of_recall := recalls.running(CASE WHEN for_case ~ '^[0-9]{1,18}$' THEN for_case::bigint END);
        refusal := CASE
            WHEN of_recall IS NULL THEN 'no_recall'
            WHEN for_kind = 'person' AND NOT recalls.affects(of_recall, for_subject) THEN 'not_traced'
        END;
    END IF;

    IF refusal IS NULL THEN
        level := least(use.level, at_most);
        IF for_kind = 'person' THEN
            level := access.left_by_objections(level, for_subject, use.lowered_by_a, use.lowered_by_b);
        END IF;
    END IF;

    event_id := nextval('access_event_id_seq');
    INSERT INTO access_event (id, role, actor, purpose, basis, subject_kind, subject_id, case_ref, terms, level, version, refusal)
    VALUES (event_id, for_role, for_actor, for_purpose, use.basis, for_kind, for_subject, coalesce(opened.id::text, for_case), for_terms, level,
            in_force, refusal);

    IF for_kind = 'household' AND for_subject IS NOT NULL THEN
        INSERT INTO access_event_person (person_id, event_id)
        SELECT DISTINCT m.person_id, event_id FROM membership m
        WHERE m.household_id = for_subject AND m.valid && coalesce(visible, '{(,)}');
    ELSIF for_kind NOT IN ('person', 'household') AND refusal IS NULL THEN
        INSERT INTO access_event_person (person_id, event_id) VALUES (0, event_id);
    END IF;

    IF refusal IS NULL THEN
        INSERT INTO access_ticket (pid, hash, event_id, actor, role, subject_kind, subject_id, case_id, recall_id, parts, receipt_id, terms, period, member_id,
                                   purpose, level, lowered_by_a, lowered_by_b, under_restriction, xid, expires_at)
        VALUES (pg_backend_pid(), hash, event_id, for_actor, for_role, for_kind, for_subject, opened.id, of_recall, situation.shows,
                CASE WHEN situation.one_receipt THEN for_receipt END, for_terms, visible, CASE WHEN NOT is_main THEN for_actor::bigint END,
                for_purpose, level, use.lowered_by_a, use.lowered_by_b, use.under_restriction, pg_current_xact_id(),
                least(statement_timestamp() + interval '5 minutes', opened.closes_at))
        ON CONFLICT (pid) DO UPDATE SET
            hash = excluded.hash, event_id = excluded.event_id, actor = excluded.actor, role = excluded.role,
            subject_kind = excluded.subject_kind, subject_id = excluded.subject_id, case_id = excluded.case_id, recall_id = excluded.recall_id,
            parts = excluded.parts,
            receipt_id = excluded.receipt_id, terms = excluded.terms, period = excluded.period, member_id = excluded.member_id,
            purpose = excluded.purpose, level = excluded.level, lowered_by_a = excluded.lowered_by_a, lowered_by_b = excluded.lowered_by_b,
            under_restriction = excluded.under_restriction, xid = excluded.xid, expires_at = excluded.expires_at
        RETURNING xmax = 0 INTO is_first;
        -- A backend's first ticket clears away those of backends that are gone, so that there are no more than connections.
        IF is_first THEN
            DELETE FROM access_ticket t WHERE t.pid IN (
                SELECT o.pid FROM access_ticket o WHERE o.expires_at < statement_timestamp() FOR UPDATE SKIP LOCKED);
        END IF;
    ELSE
        DELETE FROM access_ticket t WHERE t.pid = pg_backend_pid();
    END IF;
END $$;

-- The level that is left when the objections in force at this moment have lowered it.
CREATE FUNCTION access.left_by_objections(top level, person bigint, lowered_by_a level, lowered_by_b level) RETURNS level
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF lowered_by_a IS NULL AND lowered_by_b IS NULL THEN
        RETURN top;
    END IF;
    RETURN least(top, (SELECT min(CASE o.kind WHEN 'A' THEN lowered_by_a ELSE lowered_by_b END)
                       FROM objection o WHERE o.person_id = person AND o.withdrawn_at IS NULL));
END $$;

-- Why this member of staff may not act in this role now; NULL if they may.
CREATE FUNCTION access.refusal_of_staff(for_actor text, for_role text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN NOT EXISTS (
            SELECT FROM mandate m JOIN mandate_confirmed c ON c.mandate_id = m.id
            WHERE m.actor = for_actor AND m.role = for_role AND m.valid @> statement_timestamp()
              AND NOT EXISTS (SELECT FROM mandate_ended e WHERE e.mandate_id = m.id)) THEN 'no_mandate'
        WHEN NOT EXISTS (
            SELECT FROM agreement_signed s JOIN description_version v ON v.agreement = s.number
            JOIN description_in_force d ON d.number = v.number WHERE s.actor = for_actor) THEN 'no_agreement'
    END
$$;

-- Whether a look of staff that was let begin may go on at this moment: mandate and agreement still hold, and the case was not closed.
CREATE FUNCTION access.staff_may_go_on(for_actor text, for_role text, in_case bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT access.refusal_of_staff(for_actor, for_role) IS NULL
           AND (in_case IS NULL OR NOT EXISTS (SELECT FROM case_closed x WHERE x.case_id = in_case))
$$;

-- The live ticket of this session, if its secret is in the setting. Pinned to the backend, so a secret read elsewhere opens nothing;
-- never of the present transaction, so that a rolled-back event has shown nothing.
CREATE FUNCTION access.ticket() RETURNS SETOF access_ticket
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED ROWS 1 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.* FROM access_ticket t
    WHERE t.pid = pg_backend_pid()
      AND t.hash = sha256(convert_to(nullif(current_setting('tarkka.ticket', true), ''), 'UTF8'))
      AND t.expires_at > clock_timestamp()
      -- Any other isolation sees the past: what was closed, ended or forbidden since its transaction began would go on.
      AND current_setting('transaction_isolation') = 'read committed'
      AND t.xid IS DISTINCT FROM pg_current_xact_id_if_assigned()
      AND (t.role IN ('customer', 'automatic') OR access.staff_may_go_on(t.actor, t.role, t.case_id))
$$;

-- The subject of the live ticket if it is of this kind and its level reaches `wanted`, objections in force now included; else NULL.
-- What `access.ticket` asks is asked here again, for each call of a function costs every look. NULL for a household's member too, who sees sums (purchases.household_sums) and no receipt; and in a case that does not show this `part`.
CREATE FUNCTION access.subject(kind text, wanted level, part text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    t access_ticket;
BEGIN
    SELECT * INTO t FROM access_ticket
    WHERE pid = pg_backend_pid()
      AND hash = sha256(convert_to(nullif(current_setting('tarkka.ticket', true), ''), 'UTF8'))
      AND expires_at > clock_timestamp()
      AND current_setting('transaction_isolation') = 'read committed'
      AND xid IS DISTINCT FROM pg_current_xact_id_if_assigned()
      AND subject_kind = kind AND member_id IS NULL AND (part IS NULL OR parts IS NULL OR part = ANY (parts))
      AND (role IN ('customer', 'automatic') OR access.staff_may_go_on(actor, role, case_id));
    IF kind = 'person' THEN
        t.level := access.left_by_objections(t.level, t.subject_id, t.lowered_by_a, t.lowered_by_b);
    END IF;
    RETURN CASE WHEN t.level >= wanted THEN t.subject_id END;
END $$;

-- The person of the live ticket if it was given for one of these purposes, else NULL: some rows are written, or seen at all, for those alone;
-- in a case, if it shows this `part`.
CREATE FUNCTION access.subject_for(purposes text[], part text DEFAULT NULL) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.subject_id FROM access.ticket() t WHERE t.subject_kind = 'person' AND t.purpose = ANY (purposes) AND (part IS NULL OR t.parts IS NULL OR part = ANY (t.parts))
$$;

-- The one receipt that the live ticket shows, where it shows one alone.
CREATE FUNCTION access.one_receipt() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.receipt_id FROM access.ticket() t
$$;

-- The recall that the live ticket's look traces; NULL if it is at nobody's purchases for a recall.
CREATE FUNCTION access.recall() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.recall_id FROM access.ticket() t WHERE t.subject_kind = 'trace'
$$;

-- What the live ticket's look up searches for: what is searched is what was recorded.
CREATE FUNCTION access.terms() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.terms FROM access.ticket() t WHERE t.subject_kind = 'lookup'
$$;

-- The time of which a household's look is; everything, unless the ticket bounds it.
CREATE FUNCTION access.subject_period() RETURNS tstzmultirange
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(t.period, '{(,)}') FROM access.ticket() t WHERE t.subject_kind = 'household'
$$;

-- The bonus-earning amount of the receipts that a household's look leaves out: zero in a customer's, who sees what earns bonus (R10);
-- none in the program's, which works bonus and benefits out.
CREATE FUNCTION access.bonus_left_out() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN t.period IS NOT NULL THEN 0 END FROM access.ticket() t
$$;

-- Whether the live ticket is for a group of this kind and reaches `wanted`.
CREATE FUNCTION access.group_ok(kind text, wanted level) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM access.ticket() t WHERE t.subject_kind = kind AND t.level >= wanted)
$$;

-- Whether the live ticket is for a group of this kind and one of these purposes: some rows are written, or seen at all, for those alone.
CREATE FUNCTION access.group_for(kind text, purposes text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM access.ticket() t WHERE t.subject_kind = kind AND t.purpose = ANY (purposes))
$$;

-- The household of the live ticket if it was given for one of these purposes, else NULL; a member's too, who sees sums alone.
CREATE FUNCTION access.household_for(purposes text[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.subject_id FROM access.ticket() t WHERE t.subject_kind = 'household' AND t.purpose = ANY (purposes)
$$;

-- Which objections lower the live ticket's purpose below `wanted`: whoever made one of them is left out of the audience at that level.
CREATE FUNCTION access.lowering(wanted level) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(
        (SELECT array_remove(ARRAY[CASE WHEN t.lowered_by_a < wanted THEN 'A' END, CASE WHEN t.lowered_by_b < wanted THEN 'B' END], NULL)
         FROM access.ticket() t),
        ARRAY['A', 'B'])
$$;

-- Whose data is restricted now (GDPR 18): they are left out of a group's look, unless its use goes on under a restriction.
CREATE FUNCTION access.left_out() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN CASE WHEN EXISTS (SELECT FROM access.ticket() t WHERE t.under_restriction) THEN '{}'
                ELSE (SELECT coalesce(array_agg(r.person_id), '{}') FROM restriction r WHERE r.valid @> statement_timestamp()) END;
END $$;

-- Raised by whoever would take away that somebody was in a look: only at a look at a group may it be told who was in that one.
CREATE FUNCTION access.refuse_hiding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM access.ticket() t WHERE t.subject_kind NOT IN ('person', 'household')) THEN
        RAISE EXCEPTION 'DELETE of % is refused: what was recorded there stays as it was', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER is_told BEFORE DELETE ON access_event_person FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_hiding();

-- Store who was in a group's look, on the event of the live ticket, and that it is everyone who was. Returns how many were new.
CREATE FUNCTION access.cover(persons bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    event bigint;
    added bigint;
BEGIN
    SELECT t.event_id INTO STRICT event FROM access.ticket() t WHERE t.subject_kind NOT IN ('person', 'household');
    DELETE FROM access_event_person p WHERE p.person_id = 0 AND p.event_id = event;
    -- A policy that is missing would leave the row without a word.
    IF EXISTS (SELECT FROM access_event_person p WHERE p.person_id = 0 AND p.event_id = event) THEN
        RAISE EXCEPTION 'access event % is still shown to everyone', event;
    END IF;
    INSERT INTO access_event_person (person_id, event_id) SELECT DISTINCT p, event FROM unnest(persons) p WHERE p > 0 ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    INSERT INTO access_cover (event_id, people) VALUES (event, added);
    RETURN added;
END $$;

-- The looks at households and groups that the live ticket's person was in, older than the event `before` if it is given, newest first;
-- and by rule those at groups of which nobody told who was in them. Without the actor, but with whether it was the person. A function
-- and no policy, because one policy for both kinds of look has two arms, and no index serves an OR of them.
CREATE FUNCTION access.shared_looks(before bigint, most integer)
RETURNS TABLE (id bigint, at timestamptz, role text, purpose text, basis text, subject_kind text, case_ref text, level level, version integer, refusal text, is_own boolean)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    WITH viewer AS MATERIALIZED (SELECT access.subject('person', 'TOTAL', 'looks') AS id),
    shared AS (
        (SELECT p.event_id FROM access_event_person p
         WHERE p.person_id = (SELECT v.id FROM viewer v) AND p.event_id < coalesce(before, 9223372036854775807)
         ORDER BY p.event_id DESC LIMIT most)
        UNION
        (SELECT p.event_id FROM access_event_person p
         WHERE (SELECT v.id FROM viewer v) IS NOT NULL AND p.person_id = 0 AND p.event_id < coalesce(before, 9223372036854775807)
         ORDER BY p.event_id DESC LIMIT most))
    SELECT e.id, e.at, e.role, e.purpose, e.basis, e.subject_kind, e.case_ref, e.level, e.version, e.refusal,
           e.role = 'customer' AND e.actor = (SELECT v.id FROM viewer v)::text
    FROM shared s JOIN access_event e ON e.id = s.event_id ORDER BY e.id DESC LIMIT most
$$;

-- Committing an objection ends the person's looks under way; those that it does not concern are opened again.
CREATE FUNCTION access.revoke_tickets() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM access_ticket t WHERE t.subject_id = NEW.person_id AND t.subject_kind = 'person' AND t.pid <> pg_backend_pid();
    RETURN NULL;
END $$;

-- Who recorded a choice, and in a case where: as the look says, whatever the statement says.
CREATE FUNCTION access.name_who_chose() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    t access_ticket;
    where_it_is text;
BEGIN
    SELECT * INTO t FROM access.ticket();
    SELECT c.place INTO where_it_is FROM service_case c WHERE c.id = t.case_id;
    IF TG_OP = 'INSERT' THEN
        NEW.made_by := coalesce(t.actor, NEW.made_by);
        NEW.made_place := coalesce(where_it_is, NEW.made_place);
    ELSE
        NEW.withdrawn_by := coalesce(t.actor, NEW.withdrawn_by);
        NEW.withdrawn_place := coalesce(where_it_is, NEW.withdrawn_place);
    END IF;
    RETURN NEW;
END $$;
