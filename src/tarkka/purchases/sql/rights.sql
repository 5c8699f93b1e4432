-- Policies: one arm a role, one level a table. A reader's level is which tables the reader can see.
ALTER TABLE receipt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE receipt_group ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE receipt_line ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE receipt_key ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Nobody's data: what a shop is called, what a product is called, who may send.
GRANT SELECT ON outlet, product_group, product TO tarkka_app, tarkka_person, tarkka_household, tarkka_trace, tarkka_audience;
GRANT SELECT ON outlet, product_group, source, source_scope TO tarkka_app;
GRANT SELECT, INSERT ON product TO tarkka_door;
GRANT USAGE ON SEQUENCE product_id_seq TO tarkka_door;

GRANT SELECT ON receipt, receipt_group, receipt_line TO tarkka_person, tarkka_trace, tarkka_unobjected;
-- Outlet, date and amounts, and not whose purchase of the household it was (rulings: Household).
GRANT SELECT (household_id, purchased_at, id, outlet_id, channel, kind, currency, total_cents, bonus_eligible_cents, card_benefit_cents, payments)
    ON receipt TO tarkka_household;
-- A look at the one receipt that a customer points out in a case shows no other.
CREATE POLICY own ON receipt FOR SELECT TO tarkka_person
    USING (purchaser_id = (SELECT access.subject('person', 'TOTAL', 'purchases')) AND coalesce(id = (SELECT access.one_receipt()), true));
CREATE POLICY own ON receipt_group FOR SELECT TO tarkka_person
    USING (purchaser_id = (SELECT access.subject('person', 'GROUP', 'purchases')) AND coalesce(receipt_id = (SELECT access.one_receipt()), true));
CREATE POLICY own ON receipt_line FOR SELECT TO tarkka_person
    USING (purchaser_id = (SELECT access.subject('person', 'PRODUCT', 'purchases')) AND coalesce(receipt_id = (SELECT access.one_receipt()), true));
CREATE POLICY joint ON receipt FOR SELECT TO tarkka_household
    USING (household_id = (SELECT access.subject('household', 'TOTAL')) AND purchased_at <@ (SELECT access.subject_period())
           AND bonus_eligible_cents IS DISTINCT FROM (SELECT access.bonus_left_out()));
CREATE POLICY traced ON receipt FOR SELECT TO tarkka_trace
    USING ((SELECT access.group_ok('trace', 'TOTAL')) AND purchaser_id <> ALL ((SELECT access.left_out())::bigint[]));
CREATE POLICY traced ON receipt_group FOR SELECT TO tarkka_trace
    USING ((SELECT access.group_ok('trace', 'GROUP')) AND purchaser_id <> ALL ((SELECT access.left_out())::bigint[]));
CREATE POLICY traced ON receipt_line FOR SELECT TO tarkka_trace
    USING ((SELECT access.group_ok('trace', 'PRODUCT')) AND purchaser_id <> ALL ((SELECT access.left_out())::bigint[]));
CREATE POLICY heard ON receipt FOR SELECT TO tarkka_unobjected USING ((SELECT access.group_ok('audience', 'TOTAL')));
CREATE POLICY heard ON receipt_group FOR SELECT TO tarkka_unobjected USING ((SELECT access.group_ok('audience', 'GROUP')));
CREATE POLICY heard ON receipt_line FOR SELECT TO tarkka_unobjected USING ((SELECT access.group_ok('audience', 'PRODUCT')));

-- An audience reads through these and has no right on the tables: whoever's choice lowers the purpose has no row in the finer ones, and
-- whoever's data is restricted has none at all.
CREATE SCHEMA audience;
GRANT USAGE ON SCHEMA audience TO tarkka_audience;
CREATE VIEW audience.receipt WITH (security_barrier) AS
    SELECT r.* FROM public.receipt r
    WHERE NOT EXISTS (SELECT FROM public.objection o WHERE o.person_id = r.purchaser_id AND o.withdrawn_at IS NULL
                      AND o.kind = ANY ((SELECT access.lowering('TOTAL'))::text[]))
    AND r.purchaser_id <> ALL ((SELECT access.left_out())::bigint[]);
CREATE VIEW audience.receipt_group WITH (security_barrier) AS
    SELECT g.* FROM public.receipt_group g
    WHERE NOT EXISTS (SELECT FROM public.objection o WHERE o.person_id = g.purchaser_id AND o.withdrawn_at IS NULL
                      AND o.kind = ANY ((SELECT access.lowering('GROUP'))::text[]))
    AND g.purchaser_id <> ALL ((SELECT access.left_out())::bigint[]);
CREATE VIEW audience.receipt_line WITH (security_barrier) AS
    SELECT l.* FROM public.receipt_line l
    WHERE NOT EXISTS (SELECT FROM public.objection o WHERE o.person_id = l.purchaser_id AND o.withdrawn_at IS NULL
                      AND o.kind = ANY ((SELECT access.lowering('PRODUCT'))::text[]))
    AND l.purchaser_id <> ALL ((SELECT access.left_out())::bigint[]);
GRANT SELECT ON audience.receipt, audience.receipt_group, audience.receipt_line TO tarkka_audience;
GRANT CREATE ON SCHEMA audience TO tarkka_unobjected;
ALTER VIEW audience.receipt OWNER TO tarkka_unobjected;
ALTER VIEW audience.receipt_group OWNER TO tarkka_unobjected;
ALTER VIEW audience.receipt_line OWNER TO tarkka_unobjected;
REVOKE CREATE ON SCHEMA audience FROM tarkka_unobjected;

-- Intake inserts; its functions, owned by the door's role, look up what must be known to insert rightly, and insert returns.
GRANT INSERT ON receipt, receipt_group, receipt_line TO tarkka_intake;
GRANT SELECT, INSERT ON receipt_key TO tarkka_door;
GRANT SELECT, INSERT ON cardless_receipt TO tarkka_door;
GRANT USAGE ON SEQUENCE receipt_id_seq TO tarkka_door;
GRANT SELECT (purchaser_id, purchased_at, id, household_id, outlet_id, source_id, version, level, kind, source_receipt_id, refers_to,
              total_cents, bonus_eligible_cents, card_benefit_cents) ON receipt TO tarkka_door;
GRANT SELECT ON receipt_group TO tarkka_door;
GRANT SELECT (purchaser_id, purchased_at, receipt_id, product_id, unit, quantity, amount_cents, vat_rate) ON receipt_line TO tarkka_door;
GRANT INSERT ON receipt, receipt_group, receipt_line TO tarkka_door;
CREATE POLICY door_keeps ON receipt_key TO tarkka_door USING (true) WITH CHECK (true);
CREATE POLICY door_reads ON receipt FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON receipt_group FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_reads ON receipt_line FOR SELECT TO tarkka_door USING (true);
CREATE POLICY door_takes_back ON receipt FOR INSERT TO tarkka_door WITH CHECK (kind = 'return');
CREATE POLICY door_takes_back ON receipt_group FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_takes_back ON receipt_line FOR INSERT TO tarkka_door WITH CHECK (true);
