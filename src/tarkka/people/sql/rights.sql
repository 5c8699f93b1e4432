-- Who may do what with people's rows. Registering is one function, which makes new rows alone; everything else goes through the door.
ALTER TABLE person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE household ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE membership ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE card ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE contact ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE wish ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE objection ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE restriction ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE level_cap ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Whoever inserts or moves a period evaluates the constraints.
GRANT EXECUTE ON FUNCTION period_box TO tarkka_door, tarkka_person;

-- A person's own rows, whatever they are looked at for.
GRANT SELECT ON person, membership, card, contact, wish, restriction, level_cap TO tarkka_person;
-- Not by which employee it was made or withdrawn.
GRANT SELECT (id, person_id, kind, made_at, made_place, made_version, withdrawn_at, withdrawn_place, withdrawn_version) ON objection TO tarkka_person;
CREATE POLICY own ON person FOR SELECT TO tarkka_person USING (id = (SELECT access.subject('person', 'TOTAL')));
CREATE POLICY own ON membership FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'household')));
CREATE POLICY own ON card FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'card')));
CREATE POLICY own ON wish FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'contact')));
CREATE POLICY own ON objection FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'choices')));
CREATE POLICY own ON restriction FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'choices')));
CREATE POLICY own ON level_cap FOR SELECT TO tarkka_person USING (person_id = (SELECT access.subject('person', 'TOTAL', 'choices')));
-- A way to be reached about dangers alone is no way to be reached about anything else: false comes before true.
CREATE POLICY own ON contact FOR SELECT TO tarkka_person
    USING (person_id = (SELECT access.subject('person', 'TOTAL', 'contact'))
           AND for_safety_only <= (SELECT access.subject_for('{own_data,recall,register_upkeep}') IS NOT NULL));

-- What a person changes of their own: how they are called, addressed and reached, and what they choose. Nothing of it is changed at a
-- look for any other purpose than their own or the register's upkeep. A choice is made now, and withdrawn once.
GRANT UPDATE (given_name, family_name, language) ON person TO tarkka_person;
GRANT INSERT (person_id, kind, value, for_safety_only), DELETE ON contact TO tarkka_person;
GRANT INSERT (person_id, purpose, kind), UPDATE (ended_at) ON wish TO tarkka_person;
GRANT INSERT (person_id, kind, made_place, made_by, made_version) ON objection TO tarkka_person;
GRANT UPDATE (withdrawn_at, withdrawn_place, withdrawn_by, withdrawn_version) ON objection TO tarkka_person;
CREATE POLICY changes ON person FOR UPDATE TO tarkka_person USING (id = (SELECT access.subject_for('{own_data,register_upkeep}', 'contact')));
CREATE POLICY adds ON contact FOR INSERT TO tarkka_person
    WITH CHECK (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'contact')));
CREATE POLICY removes ON contact FOR DELETE TO tarkka_person USING (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'contact')));
CREATE POLICY wishes ON wish FOR INSERT TO tarkka_person WITH CHECK (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'contact')));
CREATE POLICY ends ON wish FOR UPDATE TO tarkka_person
    USING (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'contact')) AND ended_at IS NULL)
    WITH CHECK (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'contact')) AND ended_at IS NOT NULL);
CREATE POLICY makes ON objection FOR INSERT TO tarkka_person
    WITH CHECK (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'choices')));
CREATE POLICY withdraws ON objection FOR UPDATE TO tarkka_person
    USING (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'choices')) AND withdrawn_at IS NULL)
    WITH CHECK (person_id = (SELECT access.subject_for('{own_data,register_upkeep}', 'choices')) AND withdrawn_at IS NOT NULL);

-- Cards and memberships are changed by the register's upkeep alone: whoever could enter a household, or become its main member, would see
-- its purchases, and a number that is refused because it is taken would tell of somebody else's card.
GRANT INSERT (person_id, household_id, is_main_member, valid), UPDATE (valid) ON membership TO tarkka_person;
GRANT INSERT (number, person_id, valid), UPDATE (valid) ON card TO tarkka_person;
CREATE POLICY upkeep_adds ON membership FOR INSERT TO tarkka_person WITH CHECK (person_id = (SELECT access.subject_for('{register_upkeep}', 'household')));
CREATE POLICY upkeep_ends ON membership FOR UPDATE TO tarkka_person USING (person_id = (SELECT access.subject_for('{register_upkeep}', 'household')));
CREATE POLICY upkeep_adds ON card FOR INSERT TO tarkka_person WITH CHECK (person_id = (SELECT access.subject_for('{register_upkeep}', 'card')));
CREATE POLICY upkeep_ends ON card FOR UPDATE TO tarkka_person USING (person_id = (SELECT access.subject_for('{register_upkeep}', 'card')));
GRANT USAGE ON SEQUENCE membership_id_seq, card_id_seq, contact_id_seq, objection_id_seq, wish_id_seq TO tarkka_person;

-- What the door's and the intake's functions look up. Which contacts there are and not what they are; names for people.look_up alone.
GRANT SELECT (person_id, kind, withdrawn_at) ON objection TO tarkka_door, tarkka_unobjected;
GRANT SELECT (person_id, household_id, is_main_member, valid) ON membership TO tarkka_door;
GRANT SELECT (id, number, person_id, valid) ON card TO tarkka_door;
GRANT SELECT (id, identity_hash) ON person TO tarkka_door;
GRANT SELECT (person_id, kind, for_safety_only) ON contact TO tarkka_door;
GRANT SELECT (person_id, level, valid) ON level_cap TO tarkka_door;
GRANT SELECT (person_id, valid) ON restriction TO tarkka_door;
CREATE POLICY door_reads ON objection FOR SELECT TO tarkka_door USING (true);
CREATE POLICY left_out ON objection FOR SELECT TO tarkka_unobjected USING ((SELECT access.group_ok('audience', 'TOTAL')));
CREATE POLICY door_reads ON membership FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON card FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON person FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON contact FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON restriction FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON level_cap FOR SELECT TO tarkka_door USING (true);
CREATE SCHEMA people;
GRANT USAGE ON SCHEMA people TO tarkka_app, tarkka_intake;

-- Who signs in with this identity: the keyed hash in, the person's id or nothing out.
CREATE FUNCTION people.person_by_identity(wanted bytea) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id FROM person p WHERE p.identity_hash = wanted
$$;
GRANT EXECUTE ON FUNCTION people.person_by_identity TO tarkka_app;

-- Whose purchases these cards' are: for each card when it is open, in which household its holder was when, and any cap on the level.
-- A card that nobody holds has no row.
CREATE FUNCTION people.holders(for_batch bigint, numbers text[])
RETURNS TABLE (number text, person_id bigint, valid tstzrange, household_id bigint, cap level)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT access.source_of_batch(for_batch);
    SELECT c.number, c.person_id, c.valid, NULL::bigint, NULL::level FROM card c WHERE c.number = ANY (numbers)
    UNION ALL
    SELECT c.number, c.person_id, m.valid, m.household_id, NULL FROM card c JOIN membership m ON m.person_id = c.person_id WHERE c.number = ANY (numbers)
    UNION ALL
    SELECT c.number, c.person_id, l.valid, NULL, l.level FROM card c JOIN level_cap l ON l.person_id = c.person_id WHERE c.number = ANY (numbers)
$$;
GRANT EXECUTE ON FUNCTION people.holders TO tarkka_intake;

-- Which of these are cards already, when people are registered. It tells no more than the card's key, which refuses them.
CREATE FUNCTION people.cards_among(numbers text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.number FROM card c WHERE c.number = ANY (numbers)
$$;
GRANT EXECUTE ON FUNCTION people.cards_among TO tarkka_intake;

-- Make new households, and new persons in them with their cards and e-mail addresses. The ids are the caller's, of the
-- sequences; one that is taken is refused by its key, and what belongs to another household or person than these by its missing id.
-- So nobody enters a household that was there, and nothing is hung on a person who was.
CREATE FUNCTION people.register(
    households bigint[],
    persons bigint[] = '{}', hashes bytea[] = '{}', sealed bytea[] = '{}', given_names text[] = '{}', family_names text[] = '{}',
    languages text[] = '{}', homes bigint[] = '{}', are_main boolean[] = '{}', since timestamptz[] = '{}',
    holders bigint[] = '{}', numbers text[] = '{}', opened timestamptz[] = '{}',
    reached bigint[] = '{}', emails text[] = '{}'
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO household (id) SELECT unnest(households);
    INSERT INTO person (id, identity_hash, identity_sealed, given_name, family_name, language)
    SELECT * FROM unnest(persons, hashes, sealed, given_names, family_names, languages);
    INSERT INTO membership (person_id, household_id, is_main_member, valid)
    SELECT m.person, h.id, m.is_main, tstzrange(m.start, NULL)
    FROM unnest(persons, homes, are_main, since) m (person, home, is_main, start) LEFT JOIN unnest(households) h (id) ON h.id = m.home;
    INSERT INTO card (number, person_id, valid)
    SELECT c.number, p.id, tstzrange(c.start, NULL)
    FROM unnest(holders, numbers, opened) c (holder, number, start) LEFT JOIN unnest(persons) p (id) ON p.id = c.holder;
    INSERT INTO contact (person_id, kind, value)
    SELECT p.id, 'email', c.email FROM unnest(reached, emails) c (person, email) LEFT JOIN unnest(persons) p (id) ON p.id = c.person;
$$;
GRANT EXECUTE ON FUNCTION people.register TO tarkka_intake;
GRANT USAGE ON SEQUENCE person_id_seq, household_id_seq TO tarkka_intake;
GRANT INSERT (id) ON household TO tarkka_door;
GRANT INSERT (id, identity_hash, identity_sealed, given_name, family_name, language) ON person TO tarkka_door;
GRANT INSERT (person_id, household_id, is_main_member, valid) ON membership TO tarkka_door;
GRANT INSERT (number, person_id, valid) ON card TO tarkka_door;
GRANT INSERT (person_id, kind, value) ON contact TO tarkka_door;
CREATE POLICY door_registers ON household FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_registers ON person FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_registers ON membership FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_registers ON card FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_registers ON contact FOR INSERT TO tarkka_door WITH CHECK (true);

GRANT CREATE ON SCHEMA people TO tarkka_door;
ALTER FUNCTION people.person_by_identity OWNER TO tarkka_door;
ALTER FUNCTION people.holders OWNER TO tarkka_door;
ALTER FUNCTION people.cards_among OWNER TO tarkka_door;
ALTER FUNCTION people.register OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA people FROM tarkka_door;
