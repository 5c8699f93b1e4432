-- Whose names a customer's look at their household tells: to the main member, those who were in it in some of their own time in that role
-- that lies in `during`; to another member, who is its main member now. Nobody's in the program's looks, which have no period.
CREATE FUNCTION people.household_persons(during tstzrange = '(,)') RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT array_agg(DISTINCT m.person_id) FROM access.ticket() t JOIN membership m ON m.household_id = t.subject_id
    WHERE t.subject_kind = 'household'
      AND CASE WHEN t.member_id IS NULL THEN m.valid && (t.period * during::tstzmultirange) ELSE m.is_main_member AND m.valid @> now() END
$$;

GRANT USAGE ON SCHEMA people TO tarkka_household;
GRANT EXECUTE ON FUNCTION people.household_persons TO tarkka_household;
GRANT CREATE ON SCHEMA people TO tarkka_door;
ALTER FUNCTION people.household_persons OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA people FROM tarkka_door;

-- Names alone, of those persons.
GRANT SELECT (id, given_name, family_name) ON person TO tarkka_household;
CREATE POLICY named ON person FOR SELECT TO tarkka_household USING (id = ANY ((SELECT people.household_persons())::bigint[]));
