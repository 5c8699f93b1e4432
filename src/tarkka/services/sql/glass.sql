-- Telling by e-mail that the glass was broken. The person reads that they were told; only services.claim_glass writes it.
ALTER TABLE glass_notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON glass_notice TO tarkka_person;
CREATE POLICY own ON glass_notice FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'looks')));

-- Of which broken glasses who is to be told now: ids, and only of those who can be reached, so that nobody is looked at in vain. The
-- officer has some time to set a delay first. What could not be told in 31 days is in the portal.
CREATE FUNCTION services.glasses_due(officers_time interval) RETURNS TABLE (person_id bigint, case_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.person_id, c.id FROM service_case c LEFT JOIN look_delay d ON d.case_id = c.id
    WHERE c.break_glass AND c.opened_at > now() - interval '62 days'
    AND coalesce(d.until, c.opened_at + officers_time) BETWEEN now() - interval '31 days' AND now()
    AND EXISTS (SELECT FROM contact t WHERE t.person_id = c.person_id AND t.kind = 'email' AND NOT t.for_safety_only)
    AND NOT EXISTS (SELECT FROM glass_notice n WHERE n.case_id = c.id)
    ORDER BY c.id
$$;

-- Claim the telling of a broken glass at the program's own look at its person, and return when it was broken. NULL if it was told, is to be
-- told later or is somebody else's. Whoever comes second waits for the first to commit; so does a delay, which is then refused.
CREATE FUNCTION services.claim_glass(for_case bigint, refused boolean) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    claimed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tarkka.glass', for_case));
    INSERT INTO glass_notice (case_id, person_id, is_refused)
    SELECT c.id, c.person_id, refused FROM access.ticket() t JOIN service_case c ON c.id = for_case AND c.person_id = t.subject_id
    WHERE t.subject_kind = 'person' AND t.role = 'automatic' AND t.purpose = 'own_data' AND c.break_glass
    AND NOT EXISTS (SELECT FROM look_delay d WHERE d.case_id = c.id AND d.until > statement_timestamp())
    ON CONFLICT DO NOTHING RETURNING case_id INTO claimed;
    RETURN (SELECT c.opened_at FROM service_case c WHERE c.id = claimed);
END $$;
GRANT EXECUTE ON FUNCTION services.glasses_due TO tarkka_app;
GRANT EXECUTE ON FUNCTION services.claim_glass TO tarkka_person;
GRANT SELECT (case_id, person_id), INSERT (case_id, person_id, is_refused) ON glass_notice TO tarkka_door;
CREATE POLICY door_reads ON glass_notice FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_tells ON glass_notice FOR INSERT TO tarkka_door WITH CHECK (true);

GRANT USAGE ON SCHEMA services TO tarkka_person;
GRANT CREATE ON SCHEMA services TO tarkka_door;
ALTER FUNCTION services.glasses_due OWNER TO tarkka_door;
ALTER FUNCTION services.claim_glass OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA services FROM tarkka_door;
