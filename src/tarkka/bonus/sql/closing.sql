-- Closing a month: the one way in which Bonus comes into the ledger. The login says which month, and what is posted is reckoned here.

-- The first month of which every receipt's total is there still: by the description in force they may be gone before, and where a quarter was
-- dropped they are. Quarters are UTC's, and a quarter's first month begins some hours before UTC's does: it is counted as gone with the one before.
CREATE FUNCTION bonus.kept_since() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT greatest((date_trunc('quarter', bonus.this_month()) + make_interval(months => 1 - 3 * (v.compiled::jsonb #>> '{retention,TOTAL,quarters}')::integer))::date,
                    (SELECT (max(t.quarter) + interval '4 months')::date FROM retention_drop t WHERE t.level = 'TOTAL'))
    FROM description_version v JOIN description_in_force d USING (number)
$$;

-- Post what a month's receipts earn each household beyond what the ledger has for it: Bonus and payment-method benefit. Where nothing is due
-- nothing is posted, so a month that is closed again, and to which nothing came, stays as it is. The first time that a month is closed the
-- entries are of their own kinds; whatever comes later adjusts, and turns debit and credit round where it takes away. Told: the run's number,
-- which is 0 if nothing was left to post, and what was posted at the cost of which account. Two closings of one month wait for each other.
-- The planner takes it for granted that a register lies in memory: it would walk an index over the whole month, a page a receipt.
CREATE FUNCTION bonus.close_month(of_month date, closed_by text)
RETURNS TABLE (number integer, entries bigint, bonus_cents bigint, benefit_cents bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan
SET work_mem = '128MB' SET random_page_cost = 4 SET effective_cache_size = '64MB' AS $$
#variable_conflict use_column
DECLARE
    part_size CONSTANT bigint := 20000; -- so many entries are digested at a time: what is kept in mind for them is the same at any size
    program integer;
    since timestamptz;
    until timestamptz;
    nth integer;
    run bigint;
    first_id bigint;
    last_id bigint;
    posted bigint;
BEGIN
    IF NOT access.group_for('trace', '{bonus}') THEN
        RAISE EXCEPTION 'no_look' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF extract(day FROM of_month) <> 1 OR of_month >= bonus.this_month() THEN
        RAISE EXCEPTION 'not_ended' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    -- What is not reckoned would be taken back: nobody may be left out.
    IF cardinality(access.left_out()) > 0 THEN
        RAISE EXCEPTION 'under_restriction' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT p.version INTO program FROM bonus_program p WHERE p.effective_from <= of_month ORDER BY p.effective_from DESC LIMIT 1;
    IF program IS NULL THEN
        RAISE EXCEPTION 'no_program' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('bonus.close'), of_month - '2000-01-01'::date);
    SELECT coalesce(max(r.number), 0) + 1 INTO nth FROM bonus_run r WHERE r.month = of_month;
    IF nth > 1 AND of_month < bonus.kept_since() THEN
        RAISE EXCEPTION 'not_kept' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT of_month::timestamp AT TIME ZONE v.time_zone, (of_month + interval '1 month') AT TIME ZONE v.time_zone INTO since, until
    FROM description_version v JOIN description_in_force d USING (number);
    run := nextval('bonus_run_id_seq');
    SELECT s.last_value INTO first_id FROM ledger_entry_id_seq s;

    INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version, run_id)
    WITH home AS (
        SELECT DISTINCT ON (h.household_id) h.household_id, c.from_cents, c.basis_points
        FROM household_cooperative h JOIN bonus_cooperative c ON c.version = program AND c.code = h.cooperative
        WHERE h.from_month = (SELECT max(l.from_month) FROM household_cooperative l WHERE l.household_id = h.household_id AND l.from_month <= of_month)
        ORDER BY h.household_id
    ),
    posted AS (
        SELECT e.household_id,
               sum(CASE WHEN e.debit = 'bonus_cost' THEN e.amount_cents WHEN e.credit = 'bonus_cost' THEN - e.amount_cents ELSE 0 END)::bigint AS bonus,
               sum(CASE WHEN e.debit = 'payment_benefit_cost' THEN e.amount_cents
                        WHEN e.credit = 'payment_benefit_cost' THEN - e.amount_cents ELSE 0 END)::bigint AS benefit
        FROM ledger_entry e WHERE e.month = of_month AND e.run_id IS NOT NULL GROUP BY 1
    ),
    earned AS (
        SELECT c.household_id,
               (c.earning_cents * (coalesce(h.basis_points, d.basis_points))[width_bucket(c.earning_cents, coalesce(h.from_cents, d.from_cents))] + 5000) / 10000 AS bonus,
               (c.paid_cents * p.benefit_basis_points + 5000) / 10000 AS benefit
        FROM bonus.counting(since, until, program) c
        JOIN bonus_program p ON p.version = program
        JOIN bonus_cooperative d ON d.version = program AND d.is_default
        LEFT JOIN home h USING (household_id)
    )
    -- FULL: whoever has entries and no receipts any more earns nothing.
    SELECT household_id, of_month, CASE WHEN nth = 1 THEN k.kind ELSE 'adjustment' END,
           CASE WHEN k.cents > 0 THEN k.cost ELSE 'household' END, CASE WHEN k.cents > 0 THEN 'household' ELSE k.cost END, abs(k.cents),
           program, run
    FROM earned e FULL JOIN posted p USING (household_id)
    CROSS JOIN LATERAL (VALUES ('bonus'::ledger_kind, 'bonus_cost'::ledger_account, coalesce(e.bonus, 0) - coalesce(p.bonus, 0)),
                               ('payment_benefit', 'payment_benefit_cost', coalesce(e.benefit, 0) - coalesce(p.benefit, 0))) AS k (kind, cost, cents)
    WHERE k.cents <> 0
    ORDER BY household_id;
    GET DIAGNOSTICS posted = ROW_COUNT;
    IF posted = 0 AND nth > 1 THEN
        RETURN QUERY SELECT 0, 0::bigint, 0::bigint, 0::bigint;
        RETURN;
    END IF;

    INSERT INTO bonus_run (id, month, number, program_version, acting) VALUES (run, of_month, nth, program, closed_by);
    SELECT s.last_value INTO last_id FROM ledger_entry_id_seq s;
    FOR start IN first_id .. last_id BY part_size LOOP
        INSERT INTO bonus_part (run_id, first_entry, last_entry, kind, debit, credit, entries, amount_cents, digest)
        SELECT run, min(e.id), max(e.id), e.kind, e.debit, e.credit, count(*), sum(e.amount_cents),
               sha256(string_agg(int8send(e.id) || int8send(e.household_id) || int8send(e.amount_cents), '' ORDER BY e.id))
        FROM ledger_entry e WHERE e.run_id = run AND e.id >= start AND e.id < start + part_size GROUP BY e.kind, e.debit, e.credit;
    END LOOP;
    RETURN QUERY SELECT nth, posted,
        coalesce(sum(CASE 'bonus_cost'::ledger_account WHEN p.debit THEN p.amount_cents WHEN p.credit THEN - p.amount_cents END), 0)::bigint,
        coalesce(sum(CASE 'payment_benefit_cost'::ledger_account WHEN p.debit THEN p.amount_cents WHEN p.credit THEN - p.amount_cents END), 0)::bigint
    FROM bonus_part p WHERE p.run_id = run;
END $$;

GRANT INSERT (id, month, number, program_version, acting) ON bonus_run TO tarkka_door;
GRANT INSERT (run_id, first_entry, last_entry, kind, debit, credit, entries, amount_cents, digest) ON bonus_part TO tarkka_door;
GRANT INSERT (household_id, month, kind, debit, credit, amount_cents, program_version, run_id) ON ledger_entry TO tarkka_door;
GRANT USAGE, SELECT ON SEQUENCE ledger_entry_id_seq TO tarkka_door;
GRANT USAGE ON SEQUENCE bonus_run_id_seq, bonus_part_id_seq TO tarkka_door;
CREATE POLICY door_closes ON bonus_run FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_closes ON bonus_part FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_posts ON ledger_entry FOR INSERT TO tarkka_door WITH CHECK (true);

GRANT EXECUTE ON FUNCTION bonus.close_month TO tarkka_trace;
GRANT EXECUTE ON FUNCTION bonus.kept_since TO tarkka_app;
GRANT CREATE ON SCHEMA bonus TO tarkka_door;
ALTER FUNCTION bonus.close_month OWNER TO tarkka_door;
ALTER FUNCTION bonus.kept_since OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA bonus FROM tarkka_door;
