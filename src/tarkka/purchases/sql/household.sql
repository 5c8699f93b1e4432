-- What a household has bought together, as its persons may see it.

-- The bonus-earning purchases of the live ticket's household in cents, month by month in the register's time zone, from the month of
-- `first_day` to that of `last_day`, each the present month if it is NULL. The sums are disjoint and there are no others, so that
-- nothing comes of subtracting what is shown from what is shown. To the main member, who sees each purchase, one sum a
-- month. To another member, once the month has ended, a sum for each chain. But where others than the member made fewer than `fewest` purchases
-- at a chain, it goes into its chain group's sum (`chain` is NULL) together with as many more of the group's smallest chains as it takes;
-- a group goes likewise into the sum of all else (both are NULL), and a month as a whole. A return takes a purchase away from the count.
CREATE FUNCTION purchases.household_sums(first_day date, last_day date)
RETURNS TABLE (month date, chain_group text, chain text, bonus_eligible_cents bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED ROWS 50 SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    -- Who happens to know one of three still sees two as one (decision 0013).
    fewest CONSTANT integer := 3;
    zone text := (SELECT v.time_zone FROM description_version v JOIN description_in_force d USING (number));
    this_month date := date_trunc('month', now() AT TIME ZONE zone);
    since timestamptz := date_trunc('month', coalesce(first_day, this_month)::timestamp) AT TIME ZONE zone;
    until timestamptz := (date_trunc('month', coalesce(last_day, this_month)::timestamp) + interval '1 month') AT TIME ZONE zone;
    t access_ticket := (SELECT k FROM access.ticket() k WHERE k.subject_kind = 'household' AND k.period IS NOT NULL);
BEGIN
    RETURN QUERY
    WITH bought AS (
        SELECT date_trunc('month', r.purchased_at AT TIME ZONE zone)::date AS month, o.chain, r.bonus_eligible_cents AS cents,
               r.purchaser_id <> t.member_id AS is_others, CASE r.kind WHEN 'return' THEN -1 ELSE 1 END AS purchases
        FROM receipt r JOIN outlet o ON o.id = r.outlet_id
        WHERE r.household_id = t.subject_id AND r.purchased_at >= since AND r.purchased_at < until AND r.purchased_at <@ t.period
          AND r.bonus_eligible_cents <> 0
    ),
    -- The chain groups of a month are those of the description that was in force when it ended, so that they stay.
    months AS (
        SELECT m.month, (SELECT v.number FROM description_version v WHERE v.effective_on < m.month + interval '1 month'
                         ORDER BY v.effective_on DESC LIMIT 1) AS version
        FROM (SELECT DISTINCT month FROM bought) m
    ),
    described AS MATERIALIZED (
        SELECT v.number AS version, c.key AS chain, c.value ->> 'group' AS chain_group
        FROM description_version v, jsonb_each(v.compiled::jsonb -> 'chain') c WHERE t.member_id IS NOT NULL
    ),
    -- `others`: how many purchases others made there; `is_touched`: whether any receipt of theirs is there.
    chains AS (
        SELECT b.month, coalesce(d.chain_group, b.chain) AS chain_group, b.chain, sum(b.cents) AS cents,
               coalesce(sum(b.purchases) FILTER (WHERE b.is_others), 0) AS others, bool_or(b.is_others) AS is_touched
        FROM bought b JOIN months m USING (month) LEFT JOIN described d ON d.version = m.version AND d.chain = b.chain
        GROUP BY 1, 2, 3
    ),
    groups AS (
        SELECT c.month, c.chain_group, sum(c.others) AS others, bool_or(c.is_touched) AS is_touched FROM chains c GROUP BY 1, 2
    ),
    -- Smallest first: what is before tells whether those merged so far are enough by themselves.
    ordered_chains AS (
        SELECT c.*, sum(c.others) OVER (PARTITION BY c.month, c.chain_group, c.is_touched ORDER BY c.others, c.chain
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM chains c
    ),
    ordered_groups AS (
        SELECT g.*, sum(g.others) OVER (PARTITION BY g.month) AS month_others,
               sum(g.others) OVER (PARTITION BY g.month, g.is_touched ORDER BY g.others, g.chain_group
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM groups g
    ),
    decided AS (
        SELECT c.month, c.chain_group, c.chain, c.cents,
               t.member_id IS NULL OR c.month >= this_month OR g.month_others < fewest
               OR c.is_touched AND (g.others < fewest OR g.before < fewest) AS in_all_else,
               c.is_touched AND (c.others < fewest OR c.before < fewest) AS in_group
        FROM ordered_chains c JOIN ordered_groups g USING (month, chain_group)
    )
    SELECT d.month, CASE WHEN d.in_all_else IS NOT TRUE THEN d.chain_group END,
           CASE WHEN d.in_all_else IS NOT TRUE AND d.in_group IS NOT TRUE THEN d.chain END, sum(d.cents)::bigint
    FROM decided d GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC;
END $$;

GRANT USAGE ON SCHEMA purchases TO tarkka_household;
GRANT EXECUTE ON FUNCTION purchases.household_sums TO tarkka_household;
GRANT CREATE ON SCHEMA purchases TO tarkka_door;
ALTER FUNCTION purchases.household_sums OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA purchases FROM tarkka_door;
