-- Rights and policies. What is owed is written by functions of the door alone (closing.sql, payout.sql), and read at the program's look at all
-- households for Bonus and at a look at the household.
GRANT SELECT ON bonus_program, bonus_cooperative TO tarkka_app, tarkka_door, tarkka_household, tarkka_trace;
GRANT SELECT ON bonus_part TO tarkka_door, tarkka_household, tarkka_trace;
GRANT SELECT (id, month, number, program_version, at) ON bonus_run TO tarkka_door, tarkka_household, tarkka_trace;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['household_cooperative', 'bonus_run', 'ledger_entry', 'bonus_part'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    END LOOP;
    -- When which month was closed, and how much of how many, is of nobody.
    FOREACH name IN ARRAY ARRAY['bonus_run', 'bonus_part'] LOOP
        EXECUTE format('CREATE POLICY door_reads ON %I FOR SELECT TO tarkka_door USING (true)', name);
        EXECUTE format('CREATE POLICY reckons ON %I FOR SELECT TO tarkka_trace USING ((SELECT access.group_for(''trace'', ''{bonus}'')))', name);
        EXECUTE format('CREATE POLICY joint ON %I FOR SELECT TO tarkka_household USING ((SELECT access.household_for(''{bonus,household_view}'')) IS NOT NULL)', name);
    END LOOP;
END $$;
GRANT SELECT ON ledger_entry, household_cooperative TO tarkka_trace;
-- How far a closing has come is told by the sequence, while its entries are nobody's yet.
GRANT SELECT ON SEQUENCE ledger_entry_id_seq TO tarkka_app;
CREATE POLICY reckons ON household_cooperative FOR SELECT TO tarkka_trace USING ((SELECT access.group_for('trace', '{bonus}')));
CREATE POLICY reckons ON ledger_entry FOR SELECT TO tarkka_trace USING ((SELECT access.group_for('trace', '{bonus}')));

-- A household's own: what it has earned in the months that lie within the viewer's time in it (rulings: Household).
GRANT SELECT ON ledger_entry, household_cooperative TO tarkka_household;
GRANT INSERT (household_id, from_month, cooperative, set_by) ON household_cooperative TO tarkka_household;
CREATE POLICY joint ON ledger_entry FOR SELECT TO tarkka_household
    USING (household_id = (SELECT access.household_for('{bonus,household_view}')) AND month <@ (SELECT bonus.visible_months())
           AND ARRAY[debit, credit] && (SELECT bonus.accounts_shown())::ledger_account[]);
CREATE POLICY joint ON household_cooperative FOR SELECT TO tarkka_household
    USING (household_id = (SELECT access.household_for('{bonus,household_view}')));
CREATE POLICY moves ON household_cooperative FOR INSERT TO tarkka_household
    WITH CHECK (household_id = (SELECT access.household_for('{bonus}')) AND from_month >= (SELECT bonus.this_month()));

-- What the functions ask.
GRANT SELECT ON ledger_entry, household_cooperative TO tarkka_door;
GRANT SELECT (payments, sole_payment, refers_to_at) ON receipt TO tarkka_door;
CREATE POLICY door_reads ON ledger_entry FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON household_cooperative FOR SELECT TO tarkka_door USING (true);

GRANT EXECUTE ON FUNCTION bonus.this_month, bonus.closings TO tarkka_app, tarkka_household, tarkka_trace;
GRANT EXECUTE ON FUNCTION bonus.visible_months, bonus.sees_all, bonus.accounts_shown, bonus.of_household, bonus.balance TO tarkka_household;
GRANT EXECUTE ON FUNCTION bonus.outlets_left_out, bonus.sum_of, bonus.paid_by, bonus.earning, bonus.benefiting, bonus.counting TO tarkka_door;
GRANT CREATE ON SCHEMA bonus TO tarkka_door;
ALTER FUNCTION bonus.keep_household OWNER TO tarkka_door;
ALTER FUNCTION bonus.this_month OWNER TO tarkka_door;
ALTER FUNCTION bonus.closings OWNER TO tarkka_door;
ALTER FUNCTION bonus.visible_months OWNER TO tarkka_door;
ALTER FUNCTION bonus.accounts_shown OWNER TO tarkka_door;
ALTER FUNCTION bonus.sees_all OWNER TO tarkka_door;
ALTER FUNCTION bonus.of_household OWNER TO tarkka_door;
ALTER FUNCTION bonus.balance OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA bonus FROM tarkka_door;
-- A program is published with the owner's rights. (Given before, the right would have passed on with the ownership.)
SET LOCAL ROLE tarkka_door;
GRANT EXECUTE ON FUNCTION bonus.this_month TO tarkka_owner;
SET LOCAL ROLE tarkka_owner;
