-- Who may do what with extracts and requests.
ALTER TABLE register_extract ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- The person sees theirs, and not which employee took or answered them. Who may make them: the person, and the register's upkeep for them.
GRANT SELECT, INSERT (person_id, way, may_cost, made_at), UPDATE (made_at) ON register_extract TO tarkka_person;
GRANT SELECT (id, person_id, kind, text, place, received_at, received_on, due_on, extended_at, extension_reason, answered_at, outcome, answer),
    INSERT (person_id, kind, text, place, taken_by, received_on),
    UPDATE (extended_at, extension_reason, extended_by, answered_at, outcome, answer, answered_by) ON request TO tarkka_person;
GRANT USAGE ON SEQUENCE register_extract_id_seq, request_id_seq TO tarkka_person;
CREATE POLICY own ON register_extract FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'requests')));
CREATE POLICY own ON request FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'requests')));
CREATE POLICY asks ON register_extract FOR INSERT TO tarkka_person WITH CHECK (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'requests')));
CREATE POLICY asks ON request FOR INSERT TO tarkka_person WITH CHECK (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'requests')));
-- A letter is made at a look at the person's own data, once; a request is answered by the register's upkeep, once.
CREATE POLICY makes ON register_extract FOR UPDATE TO tarkka_person
    USING (person_id = (SELECT access.subject_for('{own_data}', 'requests')) AND made_at IS NULL) WITH CHECK (person_id = (SELECT access.subject_for('{own_data}', 'requests')));
CREATE POLICY answers ON request FOR UPDATE TO tarkka_person
    USING (person_id = (SELECT access.subject_for('{register_upkeep}', 'requests')) AND answered_at IS NULL)
    WITH CHECK (person_id = (SELECT access.subject_for('{register_upkeep}', 'requests')));

GRANT SELECT (id, person_id, way, asked_at, made_at) ON register_extract TO tarkka_door;
GRANT SELECT (id, person_id, kind, due_on, answered_at) ON request TO tarkka_door;
CREATE POLICY door_reads ON register_extract FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON request FOR SELECT TO tarkka_door USING (true);
CREATE SCHEMA rights;
GRANT USAGE ON SCHEMA rights TO tarkka_app, tarkka_door;

-- How many extracts were made in each year of the register's time zone, online (served without staff, R14) and on paper. Of nobody in particular.
CREATE FUNCTION rights.extracts_made() RETURNS TABLE (year integer, way text, made bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT extract(year FROM e.made_at AT TIME ZONE v.time_zone)::integer, e.way, count(*)
    FROM register_extract e, description_in_force d JOIN description_version v ON v.number = d.number
    WHERE e.made_at IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
$$;
GRANT EXECUTE ON FUNCTION rights.extracts_made TO tarkka_app;

-- What waits for somebody to do it, the most urgent first: letters to make and requests to answer; whose they are, and not what they say.
-- For scheduled work and operators with the owner's rights: no request of a browser comes here.
CREATE FUNCTION rights.waiting() RETURNS TABLE (what text, id bigint, person_id bigint, kind text, due_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT 'extract', e.id, e.person_id, NULL, ((e.asked_at AT TIME ZONE v.time_zone)::date + interval '1 month')::date AS due_on
    FROM register_extract e, description_in_force d JOIN description_version v ON v.number = d.number WHERE e.made_at IS NULL
    UNION ALL
    SELECT 'request', r.id, r.person_id, r.kind, r.due_on FROM request r WHERE r.answered_at IS NULL
    ORDER BY due_on, id
$$;

GRANT CREATE ON SCHEMA rights TO tarkka_door;
ALTER FUNCTION rights.extracts_made OWNER TO tarkka_door;
ALTER FUNCTION rights.waiting OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA rights FROM tarkka_door;
-- Given by its owner now: given before, the right would have passed on with the ownership.
SET LOCAL ROLE tarkka_door;
GRANT EXECUTE ON FUNCTION rights.waiting TO tarkka_owner;
SET LOCAL ROLE tarkka_owner;
