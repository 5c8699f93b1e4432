-- What running recalls read of purchases: what retention and erasure leave for their traces, and until when.

-- The running recalls, with the products and groups that they read and their days as times. Of a person: those that have not told them yet.
CREATE FUNCTION recalls.reach(of_person bigint DEFAULT NULL)
RETURNS TABLE (recall_id bigint, products bigint[], group_codes text[], outlets bigint[], since timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.recall_id,
           ARRAY(SELECT p.id FROM product p WHERE CASE WHEN d.gtins = '{}' THEN p.group_code = ANY (d.group_codes)
                                                       ELSE p.gtin <> '' AND lpad(p.gtin, 14, '0') = ANY (d.gtins) END),
           ARRAY(SELECT unnest(d.group_codes) UNION SELECT p.group_code FROM product p WHERE p.gtin <> '' AND lpad(p.gtin, 14, '0') = ANY (d.gtins)),
           d.outlets, lower(d.period)::timestamp AT TIME ZONE v.time_zone, upper(d.period)::timestamp AT TIME ZONE v.time_zone
    FROM recall_release r JOIN recall_draft d ON d.id = r.draft_id, description_version v JOIN description_in_force f USING (number)
    WHERE recalls.running(r.recall_id) IS NOT NULL
    AND NOT EXISTS (SELECT FROM recall_notice n
                    WHERE n.recall_id = r.recall_id AND n.person_id = of_person AND n.channel <> 'portal' AND n.state = 'told')
    AND NOT EXISTS (SELECT FROM recall_acknowledgement k WHERE k.recall_id = r.recall_id AND k.person_id = of_person)
$$;

-- The lines of a stretch of time that traces read: of their products, in their days and at their outlets, whichever the lot, for what came back may
-- tell none; and what came back of such a sale, whenever. As rows held for each recall.
CREATE FUNCTION recalls.lines_read(since timestamptz, until timestamptz, of_person bigint DEFAULT NULL) RETURNS SETOF held_receipt_line
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    SELECT l.*, 'recall', c.recall_id, statement_timestamp()
    FROM recalls.reach(of_person) c
    JOIN receipt_line l ON l.product_id = ANY (c.products) AND l.purchased_at >= $1 AND l.purchased_at < $2 AND (of_person IS NULL OR l.purchaser_id = of_person)
    JOIN receipt r ON r.purchaser_id = l.purchaser_id AND r.purchased_at = l.purchased_at AND r.id = l.receipt_id
    WHERE coalesce(r.refers_to_at, r.purchased_at) >= c.since AND coalesce(r.refers_to_at, r.purchased_at) < c.until
    AND (c.outlets = '{}' OR r.outlet_id = ANY (c.outlets) OR r.refers_to IS NOT NULL);
END $$;

-- The group sums that traces read, which tell who may have bought. Of a person, those alone of which nothing finer is left.
CREATE FUNCTION recalls.groups_read(since timestamptz, until timestamptz, of_person bigint DEFAULT NULL) RETURNS SETOF held_receipt_group
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    SELECT g.*, 'recall', c.recall_id, statement_timestamp()
    FROM recalls.reach(of_person) c
    JOIN receipt_group g ON g.group_code = ANY (c.group_codes) AND g.purchased_at >= $1 AND g.purchased_at < $2 AND (of_person IS NULL OR g.purchaser_id = of_person)
    JOIN receipt r ON r.purchaser_id = g.purchaser_id AND r.purchased_at = g.purchased_at AND r.id = g.receipt_id
    WHERE coalesce(r.refers_to_at, r.purchased_at) >= c.since AND coalesce(r.refers_to_at, r.purchased_at) < c.until
    AND (c.outlets = '{}' OR r.outlet_id = ANY (c.outlets) OR r.refers_to IS NOT NULL)
    AND (of_person IS NULL OR least(r.level, purchases.level_left(r.purchased_at)) = 'GROUP');
END $$;

-- The receipts whose lines or groups are held for a recall.
CREATE FUNCTION recalls.receipts_read(since timestamptz, until timestamptz, of_person bigint DEFAULT NULL) RETURNS SETOF held_receipt
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY
    SELECT r.*, 'recall', h.hold_id, statement_timestamp()
    FROM (SELECT l.purchaser_id, l.purchased_at, l.receipt_id, l.hold_id FROM held_receipt_line l WHERE l.hold = 'recall'
          UNION SELECT g.purchaser_id, g.purchased_at, g.receipt_id, g.hold_id FROM held_receipt_group g WHERE g.hold = 'recall') h
    JOIN receipt r ON r.purchaser_id = h.purchaser_id AND r.purchased_at = h.purchased_at AND r.id = h.receipt_id
    WHERE r.purchased_at >= $1 AND r.purchased_at < $2 AND (of_person IS NULL OR r.purchaser_id = of_person);
END $$;

-- Hold what is held already for something else, and is read by running recalls' traces, for these too.
CREATE FUNCTION recalls.hold_also(of_person bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    name text;
    read text;
BEGIN
    FOR name, read IN VALUES ('held_receipt_line', 'h.product_id = ANY (c.products)'), ('held_receipt_group', 'h.group_code = ANY (c.group_codes)') LOOP
        EXECUTE format($sql$
            INSERT INTO %1$I SELECT (jsonb_populate_record(h, jsonb_build_object('hold', 'recall', 'hold_id', c.recall_id))).*
            FROM recalls.reach($1) c JOIN %1$I h ON %2$s AND ($1 IS NULL OR h.purchaser_id = $1)
            CROSS JOIN LATERAL (
                SELECT t.outlet_id, t.refers_to, t.refers_to_at FROM receipt t
                WHERE t.purchaser_id = h.purchaser_id AND t.purchased_at = h.purchased_at AND t.id = h.receipt_id
                UNION ALL
                SELECT t.outlet_id, t.refers_to, t.refers_to_at FROM held_receipt t
                WHERE t.purchaser_id = h.purchaser_id AND t.purchased_at = h.purchased_at AND t.id = h.receipt_id LIMIT 1) r
            WHERE coalesce(r.refers_to_at, h.purchased_at) >= c.since AND coalesce(r.refers_to_at, h.purchased_at) < c.until
            AND (c.outlets = '{}' OR r.outlet_id = ANY (c.outlets) OR r.refers_to IS NOT NULL)
            ON CONFLICT DO NOTHING $sql$, name, read) USING of_person;
    END LOOP;
    INSERT INTO held_receipt SELECT (jsonb_populate_record(h, jsonb_build_object('hold', 'recall', 'hold_id', k.hold_id))).*
    FROM (SELECT l.purchaser_id, l.purchased_at, l.receipt_id, l.hold_id FROM held_receipt_line l WHERE l.hold = 'recall'
          UNION SELECT g.purchaser_id, g.purchased_at, g.receipt_id, g.hold_id FROM held_receipt_group g WHERE g.hold = 'recall') k
    JOIN held_receipt h ON h.purchaser_id = k.purchaser_id AND h.purchased_at = k.purchased_at AND h.id = k.receipt_id
    WHERE of_person IS NULL OR h.purchaser_id = of_person ON CONFLICT DO NOTHING;
END $$;

-- The running recalls that are still to tell this person, or whose traces may find them.
CREATE FUNCTION recalls.to_tell(person bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.recall_id FROM recalls.reach(person) c
    WHERE EXISTS (SELECT FROM recall_person p WHERE p.recall_id = c.recall_id AND p.person_id = person)
    OR EXISTS (SELECT FROM held_receipt_line h WHERE h.hold = 'recall' AND h.hold_id = c.recall_id AND h.purchaser_id = person)
    OR EXISTS (SELECT FROM held_receipt_group h WHERE h.hold = 'recall' AND h.hold_id = c.recall_id AND h.purchaser_id = person)
    UNION SELECT l.hold_id FROM recalls.lines_read('-infinity', 'infinity', person) l
    UNION SELECT g.hold_id FROM recalls.groups_read('-infinity', 'infinity', person) g
$$;

GRANT CREATE ON SCHEMA recalls TO tarkka_door;
ALTER FUNCTION recalls.reach OWNER TO tarkka_door;
ALTER FUNCTION recalls.lines_read OWNER TO tarkka_door;
ALTER FUNCTION recalls.groups_read OWNER TO tarkka_door;
ALTER FUNCTION recalls.receipts_read OWNER TO tarkka_door;
ALTER FUNCTION recalls.hold_also OWNER TO tarkka_door;
ALTER FUNCTION recalls.to_tell OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA recalls FROM tarkka_door;
