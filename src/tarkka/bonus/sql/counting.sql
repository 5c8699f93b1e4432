-- What a month's receipts come to for each household. One place for the rule: the closing and the household's own view both ask here.

-- The present month in the register's time zone, as its first day.
CREATE FUNCTION bonus.this_month() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT date_trunc('month', now() AT TIME ZONE v.time_zone)::date FROM description_version v JOIN description_in_force d USING (number)
$$;

-- When which month was closed first: of nobody, and so told to the login without a look.
CREATE FUNCTION bonus.closings() RETURNS TABLE (month date, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED ROWS 100 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.month, r.at FROM bonus_run r WHERE r.number = 1
$$;

-- The outlets where nothing is earned by this version of the program.
CREATE FUNCTION bonus.outlets_left_out(of_version integer) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT o.id FROM public.outlet o, public.bonus_program p
    WHERE p.version = of_version AND (o.chain = ANY (p.chains_left_out) OR o.code = ANY (p.outlets_left_out))
$$;

-- What of these payments was made by one of these methods, in cents.
CREATE FUNCTION bonus.sum_of(methods text[], payments jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(sum(p.amount_cents) FILTER (WHERE p.method = ANY (methods)), 0)::bigint
    FROM jsonb_to_recordset(payments) AS p (method text, amount_cents bigint)
$$;

-- What of a receipt was paid by one of these methods, in cents: all of it, if it was paid in one way.
CREATE FUNCTION bonus.paid_by(methods text[], sole_payment text, total_cents bigint, payments jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN sole_payment IS NULL THEN bonus.sum_of(methods, payments) WHEN sole_payment = ANY (methods) THEN total_cents ELSE 0 END
$$;

-- Of what is left of a purchase, how much earns Bonus, and how much the payment-method benefit: never below zero, and no more than is left.
CREATE FUNCTION bonus.earning(eligible_cents bigint, unpaid_cents bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT greatest(0, eligible_cents - greatest(0, unpaid_cents))
$$;
CREATE FUNCTION bonus.benefiting(total_cents bigint, paid_cents bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT greatest(0, least(total_cents, paid_cents))
$$;

-- Of each household what its purchases from `since` until `until` (a month in the register's time zone) earn on by this version of the program,
-- in cents: `earning` is what of them earns Bonus, without what was paid in ways that do not count; `paid` was paid by the group's own means.
-- A sale counts with its returns, whenever they came: what is left of it. Where nothing is earned, nothing is counted.
-- First every sale by itself; then what its returns change, of the few sales that have some. What was paid in one way is told without a call:
-- the functions here are neither pinned to a search path nor SECURITY DEFINER, so that they become part of the statement that asks.
CREATE FUNCTION bonus.counting(since timestamptz, until timestamptz, of_version integer)
RETURNS TABLE (household_id bigint, earning_cents bigint, paid_cents bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1000000 AS $$
    SELECT s.household_id, s.earning + coalesce(b.earning, 0), s.paid + coalesce(b.paid, 0)
    FROM (
        SELECT r.household_id,
               sum(CASE WHEN r.sole_payment IS NULL THEN bonus.earning(r.bonus_eligible_cents, bonus.sum_of((SELECT p.payments_left_out FROM public.bonus_program p WHERE p.version = of_version), r.payments))
                        WHEN r.sole_payment = ANY ((SELECT p.payments_left_out FROM public.bonus_program p WHERE p.version = of_version)::text[]) THEN 0
                        ELSE r.bonus_eligible_cents END)::bigint AS earning,
               sum(CASE WHEN r.sole_payment IS NULL THEN bonus.benefiting(r.total_cents, bonus.sum_of((SELECT p.benefit_methods FROM public.bonus_program p WHERE p.version = of_version), r.payments))
                        WHEN r.sole_payment = ANY ((SELECT p.benefit_methods FROM public.bonus_program p WHERE p.version = of_version)::text[]) THEN r.total_cents
                        ELSE 0 END)::bigint AS paid
        FROM public.receipt r
        WHERE r.purchased_at >= since AND r.purchased_at < until AND r.refers_to IS NULL
          AND r.outlet_id NOT IN (SELECT n.id FROM bonus.outlets_left_out(of_version) n)
        GROUP BY r.household_id
    ) s LEFT JOIN (
        SELECT x.household_id,
               sum(bonus.earning(x.was_eligible + x.eligible, x.was_unpaid + x.unpaid) - bonus.earning(x.was_eligible, x.was_unpaid))::bigint AS earning,
               sum(bonus.benefiting(x.was + x.total, x.was_paid + x.paid) - bonus.benefiting(x.was, x.was_paid))::bigint AS paid
        FROM (
            SELECT f.household_id, f.total, f.eligible, f.unpaid, f.paid, r.total_cents AS was, r.bonus_eligible_cents AS was_eligible,
                   bonus.paid_by(p.payments_left_out, r.sole_payment, r.total_cents, r.payments) AS was_unpaid,
                   bonus.paid_by(p.benefit_methods, r.sole_payment, r.total_cents, r.payments) AS was_paid
            FROM public.bonus_program p
            CROSS JOIN LATERAL (
                SELECT x.household_id, x.purchaser_id, x.refers_to_at, x.refers_to, sum(x.total_cents)::bigint AS total,
                       sum(x.bonus_eligible_cents)::bigint AS eligible,
                       sum(bonus.paid_by(p.payments_left_out, x.sole_payment, x.total_cents, x.payments))::bigint AS unpaid,
                       sum(bonus.paid_by(p.benefit_methods, x.sole_payment, x.total_cents, x.payments))::bigint AS paid
                FROM public.receipt x WHERE x.refers_to_at >= since AND x.refers_to_at < until AND x.purchased_at >= since
                GROUP BY 1, 2, 3, 4) f
            -- By its key, one by one: there are few, and the planner would rather read the month again.
            CROSS JOIN LATERAL (
                SELECT r.outlet_id, r.total_cents, r.bonus_eligible_cents, r.sole_payment, r.payments FROM public.receipt r
                WHERE r.purchaser_id = f.purchaser_id AND r.purchased_at = f.refers_to_at AND r.id = f.refers_to
                  AND r.purchased_at >= since AND r.purchased_at < until LIMIT 1) r
            WHERE p.version = of_version AND r.outlet_id NOT IN (SELECT n.id FROM bonus.outlets_left_out(of_version) n)
        ) x GROUP BY x.household_id
    ) b ON b.household_id = s.household_id
$$;

-- The months that the viewer of a household may see: those that lie wholly in their own time in the role that they have now, as far as the
-- household was there and the month has gone. Of half a month they would learn what others bought before they came. The program sees all.
CREATE FUNCTION bonus.visible_months() RETURNS datemultirange
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN t.period IS NULL THEN '{(,)}'::datemultirange ELSE (
        SELECT coalesce(range_agg(daterange(m::date, (m + interval '1 month')::date)), '{}')
        FROM description_version v JOIN description_in_force d USING (number),
             LATERAL (SELECT min(lower(a.valid)) AS at FROM membership a WHERE a.household_id = t.subject_id) founded,
             generate_series(date_trunc('month', lower(t.period) AT TIME ZONE v.time_zone), now() AT TIME ZONE v.time_zone, '1 month') m
        WHERE tstzrange(greatest(m AT TIME ZONE v.time_zone, founded.at), least((m + interval '1 month') AT TIME ZONE v.time_zone, now())) <@ t.period
    ) END
    FROM access.ticket() t WHERE t.subject_kind = 'household'
$$;

-- Whether the viewer of a household is its main member or the program; another member sees what it earned, and not how it was paid (R11).
CREATE FUNCTION bonus.sees_all() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(bool_and(t.member_id IS NULL), false) FROM access.ticket() t WHERE t.subject_kind = 'household'
$$;

-- Entries on which accounts the viewer of a household sees.
CREATE FUNCTION bonus.accounts_shown() RETURNS ledger_account[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN bonus.sees_all() THEN enum_range(NULL::ledger_account) ELSE '{bonus_cost}' END
$$;

-- What the month's receipts come to for the household of the live ticket, if the viewer may see the month: besides what they earn on, what the
-- receipts say earns Bonus (`eligible`), what of it was bought where nothing is earned (`left_out`), and what was given at the till
-- (`card_benefit`). To another member than the main one, what earns Bonus alone. Sums: whose purchases they are of is not told.
CREATE FUNCTION bonus.of_household(of_month date)
RETURNS TABLE (sales bigint, eligible_cents bigint, left_out_cents bigint, earning_cents bigint, paid_cents bigint, card_benefit_cents bigint,
               cooperative text)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN v.sees_all THEN a.sales END, a.eligible, CASE WHEN v.sees_all THEN a.left_out END, coalesce(c.earning_cents, 0),
           CASE WHEN v.sees_all THEN coalesce(c.paid_cents, 0) END, CASE WHEN v.sees_all THEN a.card_benefit END,
           (SELECT h.cooperative FROM household_cooperative h WHERE h.household_id = v.home AND h.from_month <= of_month
            ORDER BY h.from_month DESC LIMIT 1)
    FROM (SELECT access.household_for('{bonus,household_view}') AS home, bonus.sees_all() WHERE of_month <@ bonus.visible_months()) v
    CROSS JOIN description_in_force f JOIN description_version d USING (number)
    CROSS JOIN LATERAL (SELECT of_month::timestamp AT TIME ZONE d.time_zone AS since, (of_month + interval '1 month') AT TIME ZONE d.time_zone AS until) m
    CROSS JOIN LATERAL (SELECT p.version FROM bonus_program p WHERE p.effective_from <= of_month ORDER BY p.effective_from DESC LIMIT 1) p
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE r.refers_to IS NULL) AS sales, coalesce(sum(r.bonus_eligible_cents), 0)::bigint AS eligible,
               coalesce(sum(r.bonus_eligible_cents) FILTER (WHERE r.outlet_id IN (SELECT n.id FROM bonus.outlets_left_out(p.version) n)), 0)::bigint AS left_out,
               coalesce(sum(r.card_benefit_cents), 0)::bigint AS card_benefit
        FROM receipt r
        WHERE r.household_id = v.home AND r.purchased_at >= m.since AND coalesce(r.refers_to_at, r.purchased_at) >= m.since
          AND coalesce(r.refers_to_at, r.purchased_at) < m.until) a
    LEFT JOIN LATERAL (SELECT c.* FROM bonus.counting(m.since, m.until, p.version) c WHERE c.household_id = v.home) c ON true
    WHERE v.home IS NOT NULL
$$;

-- What is owed to the household of the live ticket, in cents: to the program and to its main member, whom it is paid to; NULL to another member.
CREATE FUNCTION bonus.balance() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT coalesce(sum(CASE WHEN e.credit = 'household' THEN e.amount_cents ELSE - e.amount_cents END), 0)::bigint
            FROM ledger_entry e WHERE e.household_id = t.subject_id)
    FROM access.ticket() t WHERE t.subject_kind = 'household' AND t.purpose IN ('bonus', 'household_view') AND bonus.sees_all()
$$;
