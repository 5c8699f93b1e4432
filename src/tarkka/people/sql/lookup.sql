-- Finding people before there is a case: what the live ticket's terms say, which were recorded with the look. Shows the least that tells
-- people apart, the name and the last four digits of open cards, and records that they were found. Of more than ten nobody is shown, or
-- told: eleven empty rows say that there are more (R23). Whose data is restricted is found by whoever may look at them (GDPR 18), and is
-- taken out after a hundred by name, so that ten are ten.
CREATE FUNCTION people.look_up() RETURNS TABLE (person_id bigint, given_name text, family_name text, card_ends text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    persons bigint[];
BEGIN
    WITH asked AS MATERIALIZED (
        SELECT split_part(t, ': ', 1) AS by, btrim(substr(t, strpos(t, ': ') + 2)) AS term FROM access.terms() t),
    named AS MATERIALIZED (
        SELECT lower(split_part(a.term, ' ', 1)) AS first, lower(btrim(substr(a.term, strpos(a.term || ' ', ' ')))) AS second
        FROM asked a WHERE a.by = 'name' AND length(split_part(a.term, ' ', 1)) > 1),
    found AS (
        SELECT c.person_id AS id FROM asked a JOIN card c ON a.by = 'card' AND c.number = a.term
        UNION SELECT p.id FROM asked a JOIN person p ON a.by = 'person' AND p.id = CASE WHEN a.term ~ '^[0-9]{1,18}$' THEN a.term::bigint END
        UNION SELECT p.id FROM asked a JOIN person p ON a.by = 'identity'
            AND p.identity_hash = CASE WHEN a.term ~ '^[0-9a-f]{64}$' THEN decode(a.term, 'hex') END
        UNION (SELECT p.id FROM named n JOIN person p ON lower(p.family_name) ^@ n.first AND lower(p.given_name) ^@ n.second LIMIT 100)
        UNION (SELECT p.id FROM named n JOIN person p ON n.second <> '' AND lower(p.family_name) ^@ n.second AND lower(p.given_name) ^@ n.first LIMIT 100)
    )
    SELECT coalesce(array_agg(f.id), '{}') INTO persons FROM found f
    WHERE (SELECT t.under_restriction FROM access.ticket() t)
       OR NOT EXISTS (SELECT FROM restriction r WHERE r.person_id = f.id AND r.valid @> statement_timestamp());
    IF cardinality(persons) > 10 THEN
        PERFORM access.cover('{}');
        RETURN QUERY SELECT NULL::bigint, NULL::text, NULL::text, NULL::text[] FROM generate_series(1, 11);
    ELSE
        PERFORM access.cover(persons);
        RETURN QUERY SELECT p.id, p.given_name, p.family_name,
               ARRAY(SELECT right(c.number, 4) FROM card c WHERE c.person_id = p.id AND c.valid @> now() ORDER BY 1)
        FROM person p WHERE p.id = ANY (persons) ORDER BY p.family_name, p.given_name, p.id;
    END IF;
END $$;
CREATE INDEX person_family_name ON person (lower(family_name) text_pattern_ops, lower(given_name) text_pattern_ops);
GRANT USAGE ON SCHEMA people TO tarkka_lookup;
GRANT EXECUTE ON FUNCTION people.look_up TO tarkka_lookup;
GRANT SELECT (id, given_name, family_name) ON person TO tarkka_door;
GRANT CREATE ON SCHEMA people TO tarkka_door;
ALTER FUNCTION people.look_up OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA people FROM tarkka_door;
