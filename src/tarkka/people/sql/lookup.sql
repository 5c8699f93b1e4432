-- Finding people before there is a case: what the live ticket's terms say, which were recorded with the look. Shows the least that tells
-- people apart: the name and the last four digits of open cards; at most eleven, so that ten are told from more (R23).
CREATE FUNCTION people.look_up() RETURNS TABLE (person_id bigint, given_name text, family_name text, card_ends text[])
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
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
        UNION (SELECT p.id FROM named n JOIN person p ON lower(p.family_name) ^@ n.first AND lower(p.given_name) ^@ n.second LIMIT 11)
        UNION (SELECT p.id FROM named n JOIN person p ON n.second <> '' AND lower(p.family_name) ^@ n.second AND lower(p.given_name) ^@ n.first LIMIT 11)
    )
    SELECT p.id, p.given_name, p.family_name,
           ARRAY(SELECT right(c.number, 4) FROM card c WHERE c.person_id = p.id AND c.valid @> now() ORDER BY 1)
    FROM found f JOIN person p USING (id) ORDER BY p.family_name, p.given_name, p.id LIMIT 11
$$;
CREATE INDEX person_family_name ON person (lower(family_name) text_pattern_ops, lower(given_name) text_pattern_ops);
GRANT USAGE ON SCHEMA people TO tarkka_lookup;
GRANT EXECUTE ON FUNCTION people.look_up TO tarkka_lookup;
GRANT SELECT (id, given_name, family_name) ON person TO tarkka_door;
GRANT CREATE ON SCHEMA people TO tarkka_door;
ALTER FUNCTION people.look_up OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA people FROM tarkka_door;
