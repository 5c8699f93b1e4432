-- A sending is claimed at a look for services and no other, and stays as it was written.
ALTER TABLE sent_receipt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT (person_id, receipt_id, is_refused) ON sent_receipt TO tarkka_person;
CREATE POLICY own ON sent_receipt FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'purchases')));
CREATE POLICY claims ON sent_receipt FOR INSERT TO tarkka_person WITH CHECK (person_id = (SELECT access.subject_for('{services}')));

-- Which receipts are to be sent to whom, after this one in order, so that nobody is looked at who has nothing to be sent. A receipt is sent
-- if it was bought after the wish, and while it is young: one that comes in later is in the portal.
CREATE FUNCTION services.due(after_person bigint, after_receipt bigint, most integer)
RETURNS TABLE (person_id bigint, receipt_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.person_id, r.id FROM wish w JOIN receipt r ON r.purchaser_id = w.person_id AND r.purchased_at > w.wished_at
    WHERE w.purpose = 'services' AND w.kind = 'email' AND w.ended_at IS NULL
    AND r.purchased_at > now() - interval '31 days'
    AND (w.person_id, r.id) > (after_person, after_receipt)
    AND NOT EXISTS (SELECT FROM restriction h WHERE h.person_id = w.person_id AND h.valid @> statement_timestamp())
    AND NOT EXISTS (SELECT FROM sent_receipt s WHERE s.person_id = w.person_id AND s.receipt_id = r.id)
    ORDER BY w.person_id, r.id LIMIT most
$$;
GRANT EXECUTE ON FUNCTION services.due TO tarkka_app;
GRANT SELECT (person_id, purpose, kind, wished_at, ended_at) ON wish TO tarkka_door;
GRANT SELECT (person_id, receipt_id) ON sent_receipt TO tarkka_door;
CREATE POLICY door_reads ON wish FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON sent_receipt FOR SELECT TO tarkka_door USING (true);

GRANT CREATE ON SCHEMA services TO tarkka_door;
ALTER FUNCTION services.due OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA services FROM tarkka_door;
