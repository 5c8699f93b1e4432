-- What a month's receipts come to for each household. One place for the rule: the closing and the household's own view both ask here.

-- The present month in the register's time zone, as its first day.
CREATE FUNCTION bonus.this_month() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT date_trunc('month', now() AT TIME ZONE v.time_zone)::date FROM description_version v JOIN description_in_force d USING (number)
$$;

-- How many cents of these payments are by one of these methods. Nearly every receipt has one payment at most, so that is asked first.
CREATE FUNCTION bonus.paid_by(payments jsonb, methods text[]) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN methods = '{}' THEN 0
        WHEN jsonb_array_length(payments) < 2 THEN
            CASE WHEN (payments -> 0 ->> 'method') = ANY (methods) THEN (payments -> 0 ->> 'amount_cents')::bigint ELSE 0 END
        ELSE (SELECT coalesce(sum(p.amount_cents) FILTER (WHERE p.method = ANY (methods)), 0)::bigint
              FROM jsonb_to_recordset(payments) AS p (method text, amount_cents bigint)) END
$$;

-- Of each household the purchases from `since` until `until` (a month in the register's time zone), by this version of the program, in cents:
-- `eligible` what the receipts say earns Bonus; of it `left_out` bought where nothing is earned, `unpaid` paid in ways that do not count, and
-- `earning` the rest; `paid` is what was paid by the group's own means where something is earned; `card_benefit` was given at the till.
-- A sale counts with its returns, whenever they came: what is left of it, never below zero, and no more paid than is left of its total.
-- Not pinned to a search path and not SECURITY DEFINER, so that it becomes part of the statement that asks.
CREATE FUNCTION bonus.counting(since timestamptz, until timestamptz, of_version integer)
RETURNS TABLE (household_id bigint, sales bigint, eligible_cents bigint, left_out_cents bigint, unpaid_cents bigint, earning_cents bigint,
               paid_cents bigint, card_benefit_cents bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1000000 AS $$
    SELECT s.household_id, count(*), sum(s.eligible)::bigint,
           coalesce(sum(s.eligible) FILTER (WHERE NOT s.earns), 0)::bigint,
           coalesce(sum(least(s.eligible, s.unpaid)) FILTER (WHERE s.earns), 0)::bigint,
           coalesce(sum(s.eligible - least(s.eligible, s.unpaid)) FILTER (WHERE s.earns), 0)::bigint,
           coalesce(sum(greatest(0, least(s.paid, s.total))) FILTER (WHERE s.earns), 0)::bigint,
           sum(s.card_benefit)::bigint
    FROM (
        SELECT r.household_id, o.earns, r.total_cents + coalesce(b.total, 0) AS total,
               greatest(0, r.bonus_eligible_cents + coalesce(b.eligible, 0)) AS eligible,
               greatest(0, bonus.paid_by(r.payments, (SELECT p.payments_left_out FROM public.bonus_program p WHERE p.version = of_version))
                           + coalesce(b.unpaid, 0)) AS unpaid,
               bonus.paid_by(r.payments, (SELECT p.benefit_methods FROM public.bonus_program p WHERE p.version = of_version))
                   + coalesce(b.paid, 0) AS paid,
               r.card_benefit_cents + coalesce(b.card_benefit, 0) AS card_benefit
        FROM public.receipt r
        JOIN (SELECT o.id, NOT (o.chain = ANY (p.chains_left_out) OR o.code = ANY (p.outlets_left_out)) AS earns
              FROM public.outlet o, public.bonus_program p WHERE p.version = of_version) o ON o.id = r.outlet_id
        LEFT JOIN (
            SELECT x.household_id, x.refers_to, sum(x.total_cents)::bigint AS total, sum(x.bonus_eligible_cents)::bigint AS eligible,
                   sum(bonus.paid_by(x.payments, p.payments_left_out))::bigint AS unpaid,
                   sum(bonus.paid_by(x.payments, p.benefit_methods))::bigint AS paid, sum(x.card_benefit_cents)::bigint AS card_benefit
            FROM public.receipt x, public.bonus_program p
            WHERE p.version = of_version AND x.refers_to_at >= since AND x.refers_to_at < until AND x.purchased_at >= since
            GROUP BY 1, 2) b ON b.household_id = r.household_id AND b.refers_to = r.id
        WHERE r.purchased_at >= since AND r.purchased_at < until AND r.refers_to IS NULL
    ) s GROUP BY s.household_id
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

-- What the month's receipts come to for the household of the live ticket, if the viewer may see the month; to another member than the main
-- one, what earns Bonus alone. Sums: whose purchases they are of is not told.
CREATE FUNCTION bonus.of_household(of_month date)
RETURNS TABLE (sales bigint, eligible_cents bigint, left_out_cents bigint, unpaid_cents bigint, earning_cents bigint, paid_cents bigint,
               card_benefit_cents bigint, cooperative text)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN v.sees_all THEN c.sales END, c.eligible_cents, CASE WHEN v.sees_all THEN c.left_out_cents END,
           CASE WHEN v.sees_all THEN c.unpaid_cents END, c.earning_cents, CASE WHEN v.sees_all THEN c.paid_cents END,
           CASE WHEN v.sees_all THEN c.card_benefit_cents END,
           (SELECT h.cooperative FROM household_cooperative h WHERE h.household_id = v.home AND h.from_month <= of_month
            ORDER BY h.from_month DESC LIMIT 1)
    FROM (SELECT access.household_for('{bonus,household_view}') AS home, bonus.sees_all() WHERE of_month <@ bonus.visible_months()) v
    CROSS JOIN description_version d JOIN description_in_force f USING (number)
    CROSS JOIN LATERAL (SELECT p.version FROM bonus_program p WHERE p.effective_from <= of_month ORDER BY p.effective_from DESC LIMIT 1) p
    LEFT JOIN LATERAL (
        SELECT * FROM bonus.counting(of_month::timestamp AT TIME ZONE d.time_zone, (of_month + interval '1 month') AT TIME ZONE d.time_zone, p.version) c
        WHERE c.household_id = v.home) c ON true
    WHERE v.home IS NOT NULL
$$;

-- What is owed to the household of the live ticket, in cents: to the program and to its main member, whom it is paid to; NULL to another member.
CREATE FUNCTION bonus.balance() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT coalesce(sum(CASE WHEN e.credit = 'household' THEN e.amount_cents ELSE - e.amount_cents END), 0)::bigint
            FROM ledger_entry e WHERE e.household_id = t.subject_id)
    FROM access.ticket() t WHERE t.subject_kind = 'household' AND t.purpose IN ('bonus', 'household_view') AND bonus.sees_all()
$$;
