-- Rights and policies of the trail. A person sees the events on them, and never which employee it was (C-579/21).
ALTER TABLE access_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE access_event_person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE access_ticket ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

GRANT INSERT ON access_event, access_event_person TO tarkka_door;
GRANT SELECT (person_id, event_id) ON access_event_person TO tarkka_door;
GRANT SELECT (id, at, role, actor, purpose, basis, subject_kind, subject_id, case_ref, level, version, refusal) ON access_event TO tarkka_door;
GRANT USAGE ON SEQUENCE access_event_id_seq TO tarkka_door;
GRANT SELECT, INSERT, UPDATE, DELETE ON access_ticket TO tarkka_door;
CREATE POLICY door_writes ON access_event FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_shows ON access_event FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_writes ON access_event_person FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_compares ON access_event_person FOR SELECT TO tarkka_door USING (true);
-- That a look is shown to everyone is taken back by access.cover, once it is told who was in it; and nothing else is.
GRANT DELETE ON access_event_person TO tarkka_door;
CREATE POLICY door_tells ON access_event_person FOR DELETE TO tarkka_door USING (person_id = 0);
CREATE POLICY door_keeps ON access_ticket TO tarkka_door USING (true) WITH CHECK (true);

GRANT SELECT (id, at, role, purpose, basis, subject_kind, subject_id, case_ref, level, version, refusal, is_own) ON access_event TO tarkka_person;
CREATE POLICY own ON access_event FOR SELECT TO tarkka_person
    USING (subject_kind = 'person' AND subject_id = (SELECT access.subject('person', 'TOTAL', 'looks'))
           AND coalesce(role || ' ' || case_ref <> ALL ((SELECT access.cases_untold())::text[]), true));
GRANT SELECT (id, at, role, actor, purpose, basis, subject_kind, subject_id, case_ref, terms, level, version, refusal) ON access_event TO tarkka_trail;
GRANT SELECT (person_id, event_id) ON access_event_person TO tarkka_trail;
CREATE POLICY supervised ON access_event FOR SELECT TO tarkka_trail USING ((SELECT access.group_ok('trail', 'TOTAL')));
CREATE POLICY supervised ON access_event_person FOR SELECT TO tarkka_trail USING ((SELECT access.group_ok('trail', 'TOTAL')));
-- Looks at a household or a group name nobody; the person reads theirs through access.shared_looks.

GRANT EXECUTE ON FUNCTION access.issue TO tarkka_app;
GRANT EXECUTE ON FUNCTION access.subject TO tarkka_person, tarkka_household;
GRANT EXECUTE ON FUNCTION access.subject_for, access.one_receipt TO tarkka_person;
GRANT EXECUTE ON FUNCTION access.household_for, access.subject_period TO tarkka_household;
GRANT EXECUTE ON FUNCTION access.bonus_left_out TO tarkka_household;
GRANT EXECUTE ON FUNCTION access.shared_looks TO tarkka_person;
-- A view's functions run with the rights of who asks, so the audience needs what its views' owner needs.
GRANT EXECUTE ON FUNCTION access.group_for TO tarkka_trace;
GRANT EXECUTE ON FUNCTION access.group_ok TO tarkka_trace, tarkka_audience, tarkka_trail;
GRANT EXECUTE ON FUNCTION access.lowering TO tarkka_audience;
GRANT EXECUTE ON FUNCTION access.left_out TO tarkka_trace, tarkka_audience;
GRANT EXECUTE ON FUNCTION access.recall TO tarkka_trace;
GRANT EXECUTE ON FUNCTION access.cover TO tarkka_trace, tarkka_audience, tarkka_trail;
-- Last, the functions become the door's own: their owner's rights are what they run with.
GRANT CREATE ON SCHEMA access TO tarkka_door;
ALTER FUNCTION access.issue OWNER TO tarkka_door;
ALTER FUNCTION access.left_by_objections OWNER TO tarkka_door;
ALTER FUNCTION access.ticket OWNER TO tarkka_door;
ALTER FUNCTION access.subject OWNER TO tarkka_door;
ALTER FUNCTION access.subject_for OWNER TO tarkka_door;
ALTER FUNCTION access.one_receipt OWNER TO tarkka_door;
ALTER FUNCTION access.recall OWNER TO tarkka_door;
ALTER FUNCTION access.terms OWNER TO tarkka_door;
ALTER FUNCTION access.subject_period OWNER TO tarkka_door;
ALTER FUNCTION access.bonus_left_out OWNER TO tarkka_door;
ALTER FUNCTION access.shared_looks OWNER TO tarkka_door;
ALTER FUNCTION access.group_ok OWNER TO tarkka_door;
ALTER FUNCTION access.group_for OWNER TO tarkka_door;
ALTER FUNCTION access.household_for OWNER TO tarkka_door;
ALTER FUNCTION access.lowering OWNER TO tarkka_door;
ALTER FUNCTION access.left_out OWNER TO tarkka_door;
ALTER FUNCTION access.cover OWNER TO tarkka_door;
ALTER FUNCTION access.name_who_chose OWNER TO tarkka_door;
ALTER FUNCTION access.revoke_tickets OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA access FROM tarkka_door;

-- The people's room hangs this one on its table, so the tables' owner may use it. (Given before, the right would have passed on with the ownership.)
SET LOCAL ROLE tarkka_door;
GRANT EXECUTE ON FUNCTION access.name_who_chose, access.revoke_tickets TO tarkka_owner;
SET LOCAL ROLE tarkka_owner;
