-- The functions that intake calls, in one transaction a batch. They tell the intake no more than it must know to insert rightly, and
-- nothing unless the batch was begun by access.begin_batch: its number leads to who asked, and when.
CREATE SCHEMA purchases;
GRANT USAGE ON SCHEMA purchases TO tarkka_app, tarkka_intake;

-- Make the quarters' partitions from `first` to `last` where they are missing, in all three tables, but none that retention dropped. UTC bounds, no DEFAULT partition.
-- Each has row-level security of its own and no grant: only the parents can be asked.
CREATE FUNCTION purchases.make_partitions(first date, last date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' SET client_min_messages = warning AS $$
DECLARE
    quarter date;
    parent text;
    name text;
BEGIN
    IF first < date '2000-01-01' OR last > CURRENT_DATE + 400 THEN
        RAISE EXCEPTION 'partitions are made from the year 2000 to a year ahead, not from % to %', first, last;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('purchases.make_partitions'));
    FOR quarter IN SELECT generate_series(date_trunc('quarter', first::timestamp), last::timestamp, '3 months')::date LOOP
        FOREACH parent IN ARRAY ARRAY['receipt', 'receipt_group', 'receipt_line'] LOOP
            name := format('%s_%s', parent, to_char(quarter, 'YYYY"q"Q'));
            CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL
                OR (quarter, parent) IN (SELECT d.quarter, CASE d.level WHEN 'TOTAL' THEN 'receipt' WHEN 'GROUP' THEN 'receipt_group'
                                                           ELSE 'receipt_line' END FROM retention_drop d);
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING GENERATED)', name, parent);
            EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                           parent, name, quarter || ' 00:00+00', (quarter + interval '3 months')::date || ' 00:00+00');
        END LOOP;
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION purchases.make_partitions TO tarkka_app, tarkka_intake;

-- Claim receipts for this batch, exactly once each. First the keys, sorted so that two batches cannot lock crosswise; then, under a
-- new snapshot and only if some were there, what became of each: accepted if the key carries the receipt's own new id.
CREATE FUNCTION purchases.claim(for_batch bigint, ids text[], purchasers bigint[], contents bytea[], days date[])
RETURNS TABLE (place bigint, id bigint, verdict text)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    for_source bigint := access.source_of_batch(for_batch);
    new_ids bigint[] := ARRAY(SELECT nextval('receipt_id_seq') FROM generate_series(1, cardinality(ids)));
    claimed bigint;
BEGIN
    INSERT INTO receipt_key (source_id, receipt_id, id, purchaser_id, content, batch, purchased_on)
    SELECT DISTINCT ON (u.receipt_id) for_source, u.receipt_id, u.id, u.purchaser_id, u.content, for_batch, u.day
    FROM unnest(ids, new_ids, purchasers, contents, days) WITH ORDINALITY AS u (receipt_id, id, purchaser_id, content, day, place)
    ORDER BY u.receipt_id, u.place
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS claimed = ROW_COUNT;

    IF claimed = cardinality(ids) THEN
        RETURN QUERY SELECT u.place, u.id, 'accepted' FROM unnest(new_ids) WITH ORDINALITY AS u (id, place);
    ELSE
        RETURN QUERY
        SELECT u.place, k.id, CASE WHEN k.id = u.id THEN 'accepted' WHEN k.content = u.content THEN 'duplicate' ELSE 'conflict' END
        FROM unnest(ids, new_ids, contents) WITH ORDINALITY AS u (receipt_id, id, content, place)
        JOIN receipt_key k ON k.source_id = for_source AND k.receipt_id = u.receipt_id;
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION purchases.claim TO tarkka_intake;

-- Count receipts without a card by the keyed hash of source and receipt id. True for each that is counted now, false for a repeat.
CREATE FUNCTION purchases.count_cardless(for_batch bigint, keys bytea[])
RETURNS TABLE (place bigint, is_new boolean)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO cardless_receipt (key, source_id, batch)
    SELECT DISTINCT k, access.source_of_batch(for_batch), for_batch FROM unnest(keys) k ORDER BY k ON CONFLICT DO NOTHING;
    RETURN QUERY
    SELECT u.place, c.batch = for_batch AND row_number() OVER (PARTITION BY u.key ORDER BY u.place) = 1
    FROM unnest(keys) WITH ORDINALITY AS u (key, place) JOIN cardless_receipt c ON c.key = u.key;
END $$;
GRANT EXECUTE ON FUNCTION purchases.count_cardless TO tarkka_intake;

-- Which of these keys of cardless receipts are counted: a return of a purchase that was made without a card.
CREATE FUNCTION purchases.cardless(for_batch bigint, keys bytea[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT access.source_of_batch(for_batch);
    SELECT c.key FROM cardless_receipt c WHERE c.key = ANY (keys)
$$;
GRANT EXECUTE ON FUNCTION purchases.cardless TO tarkka_intake;

-- The ids of these products, in the same order; those not met before are made. Sorted, so that two batches cannot lock crosswise.
CREATE FUNCTION purchases.products(gtins text[], codes text[], names text[], groups text[])
RETURNS TABLE (place bigint, id bigint)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO product (gtin, product_code, name, group_code)
    SELECT DISTINCT u.gtin, u.code, u.name, u.group_code FROM unnest(gtins, codes, names, groups) AS u (gtin, code, name, group_code)
    WHERE NOT EXISTS (SELECT FROM product p WHERE (p.gtin, p.product_code, p.name, p.group_code) = (u.gtin, u.code, u.name, u.group_code))
    ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING;
    RETURN QUERY
    SELECT u.place, p.id FROM unnest(gtins, codes, names, groups) WITH ORDINALITY AS u (gtin, code, name, group_code, place)
    JOIN product p ON (p.gtin, p.product_code, p.name, p.group_code) = (u.gtin, u.code, u.name, u.group_code);
END $$;
GRANT EXECUTE ON FUNCTION purchases.products TO tarkka_intake;

-- Which of these receipts were taken before.
CREATE FUNCTION purchases.taken(for_batch bigint, ids text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.receipt_id FROM receipt_key k WHERE k.source_id = (SELECT access.source_of_batch(for_batch)) AND k.receipt_id = ANY (ids)
$$;
GRANT EXECUTE ON FUNCTION purchases.taken TO tarkka_intake;

-- How many rows point at nothing. Zero everywhere, or something went round the intake: asked nightly instead of foreign keys.
CREATE FUNCTION purchases.broken_references(since timestamptz)
RETURNS TABLE (what text, found bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT 'receipt without a key', count(*) FROM receipt r WHERE r.purchased_at >= since AND NOT EXISTS (
        SELECT FROM receipt_key k WHERE k.source_id = r.source_id AND k.receipt_id = r.source_receipt_id AND k.id = r.id)
    UNION ALL
    SELECT 'key without a receipt', count(*) FROM receipt_key k WHERE k.purchased_on >= since + interval '2 days' AND NOT EXISTS (
        SELECT FROM receipt r WHERE r.purchaser_id = k.purchaser_id AND r.id = k.id AND r.purchased_at >= since)
    UNION ALL
    SELECT 'receipt of an unknown outlet', count(*) FROM receipt r WHERE r.purchased_at >= since AND NOT EXISTS (SELECT FROM outlet o WHERE o.id = r.outlet_id)
    UNION ALL
    SELECT 'group row without its receipt', count(*) FROM receipt_group g WHERE g.purchased_at >= since AND NOT EXISTS (
        SELECT FROM receipt r WHERE r.purchaser_id = g.purchaser_id AND r.purchased_at = g.purchased_at AND r.id = g.receipt_id AND r.level >= 'GROUP')
    UNION ALL
    SELECT 'line without its receipt', count(*) FROM receipt_line l WHERE l.purchased_at >= since AND NOT EXISTS (
        SELECT FROM receipt r WHERE r.purchaser_id = l.purchaser_id AND r.purchased_at = l.purchased_at AND r.id = l.receipt_id AND r.level = 'PRODUCT')
    UNION ALL
    SELECT 'line of an unknown product', count(*) FROM receipt_line l WHERE l.purchased_at >= since AND NOT EXISTS (SELECT FROM product p WHERE p.id = l.product_id)
$$;
GRANT EXECUTE ON FUNCTION purchases.broken_references TO tarkka_app;

GRANT CREATE ON SCHEMA purchases TO tarkka_door;
ALTER FUNCTION purchases.claim OWNER TO tarkka_door;
ALTER FUNCTION purchases.count_cardless OWNER TO tarkka_door;
ALTER FUNCTION purchases.cardless OWNER TO tarkka_door;
ALTER FUNCTION purchases.products OWNER TO tarkka_door;
ALTER FUNCTION purchases.taken OWNER TO tarkka_door;
ALTER FUNCTION purchases.broken_references OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA purchases FROM tarkka_door;
GRANT SELECT ON outlet TO tarkka_door;
