-- Returns are held against their sales in here: a return goes in, a verdict comes out, and nothing of what was sold.

-- These sales as far as they are stored, and at which level each is left: what retention let go of cannot be returned against. The key
-- tells under whom and in which days each is. They are locked until the batch ends, so
-- that two returns cannot both take the last: a thousand locks for all sales, because a lock for each would let a few batches fill the
-- server's table of locks. For the two functions below: nobody else may call it.
CREATE FUNCTION purchases.locked_sales(for_source bigint, ids text[])
RETURNS TABLE (receipt_id text, id bigint, purchaser_id bigint, household_id bigint, purchased_at timestamptz, level level, level_left level, version integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('purchases.sales'), k.slot)
    FROM (SELECT DISTINCT (k.id % 1000)::integer AS slot FROM receipt_key k WHERE k.source_id = for_source AND k.receipt_id = ANY (ids) ORDER BY slot) k;

    RETURN QUERY
    SELECT k.receipt_id, r.id, r.purchaser_id, r.household_id, r.purchased_at, r.level, least(r.level, purchases.level_left(r.purchased_at)), r.version
    FROM receipt_key k JOIN receipt r ON r.purchaser_id = k.purchaser_id AND r.id = k.id AND r.kind = 'sale'
         AND r.purchased_at BETWEEN k.purchased_on - interval '1 day' AND k.purchased_on + interval '2 days'
    WHERE k.source_id = for_source AND k.receipt_id = ANY (ids);
END $$;

-- At which level each of these sales was stored and which is left: its returns are brought to that before anything of them comes in. A batch asks for all of
-- its sales at once, so that two batches cannot lock them crosswise.
CREATE FUNCTION purchases.sales(for_batch bigint, ids text[]) RETURNS TABLE (receipt_id text, level level, level_left level)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.receipt_id, s.level, s.level_left FROM purchases.locked_sales(access.source_of_batch(for_batch), ids) s
$$;
GRANT EXECUTE ON FUNCTION purchases.sales TO tarkka_intake;

-- Take a return off what is left of its sale and store it at the level that is left of the sale, as its purchaser's; or tell why not, and store nothing.
-- `returned` has the columns of `receipt` that the return itself tells, `groups` the cents of each product group, and `lines` its lines in
-- order, told by the sale's source: line, gtin, code, name, group, quantity, unit, amount (cents), lot, vat_rate. Amounts and quantities are a
-- return's, so negative where goods come back. The verdict is `accepted`, `duplicate` or a reason of the feed's, with its place.
CREATE FUNCTION purchases.take_back(
    for_batch bigint, of_sale text, fingerprint bytea, returned jsonb, groups jsonb, lines jsonb,
    OUT verdict text, OUT place text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    for_source bigint := access.source_of_batch(for_batch);
    back receipt := jsonb_populate_record(NULL::receipt, returned);
    sale record;
    family bigint[];
    latest timestamptz;
    total_left bigint;
    bonus_left bigint;
    benefit_left bigint;
    groups_left jsonb;
    products bigint[];
    units text[];
    quantities numeric[];
    amounts bigint[];
    rates numeric[];
    match record;
    has_match boolean;
    taken bigint[] := '{}';
    taken_rates numeric[] := '{}';
BEGIN
    SELECT s.* INTO STRICT sale FROM purchases.locked_sales(for_source, ARRAY[of_sale]) s;

    -- Taken before: told by what was delivered, as far as the sale's level keeps it, since what is left changes with every return.
    SELECT CASE WHEN k.content = fingerprint THEN 'duplicate' ELSE 'conflict' END, 'receipt_id' INTO verdict, place
    FROM receipt_key k WHERE k.source_id = for_source AND k.receipt_id = back.source_receipt_id;
    IF FOUND THEN
        RETURN;
    END IF;
    IF back.purchased_at < sale.purchased_at THEN
        SELECT 'before_sale', 'purchased_at' INTO verdict, place;
        RETURN;
    END IF;

    -- What would be left after it: the sale, its returns so far and this one. The part that earns Bonus and the part that earns none
    -- are each within what is left of it.
    SELECT sum(r.total_cents) + back.total_cents, sum(r.bonus_eligible_cents) + back.bonus_eligible_cents,
           sum(r.card_benefit_cents) + back.card_benefit_cents, array_agg(r.id), max(r.purchased_at)
    INTO total_left, bonus_left, benefit_left, family, latest
    FROM receipt r
    WHERE r.purchaser_id = sale.purchaser_id AND r.purchased_at >= sale.purchased_at AND (r.id = sale.id OR r.refers_to = sale.id);
    place := CASE WHEN total_left < 0 THEN 'total' WHEN bonus_left NOT BETWEEN 0 AND total_left THEN 'bonus_eligible'
                  WHEN benefit_left < 0 THEN 'card_benefit' END;
    IF place IS NOT NULL THEN
        verdict := 'exceeds_sale';
        RETURN;
    END IF;

    -- What is left before it of each group, and of each product in each unit, as far as the sale's level goes.
    SELECT coalesce(jsonb_object_agg(g.group_code, g.amount), '{}') INTO groups_left
    FROM (SELECT g.group_code, sum(g.amount_cents) AS amount FROM receipt_group g
          WHERE g.purchaser_id = sale.purchaser_id AND g.purchased_at BETWEEN sale.purchased_at AND latest AND g.receipt_id = ANY (family)
          GROUP BY g.group_code) g;
    -- And the product's VAT rate on the sale, if all of its lines there have the same: a return's line that tells none has that.
    SELECT array_agg(l.product_id), array_agg(l.unit), array_agg(l.quantity), array_agg(l.amount), array_agg(l.rate)
    INTO products, units, quantities, amounts, rates
    FROM (SELECT l.product_id, l.unit, sum(l.quantity) AS quantity, sum(l.amount_cents)::bigint AS amount,
                 CASE count(DISTINCT coalesce(l.vat_rate, -1)) FILTER (WHERE l.receipt_id = sale.id)
                     WHEN 1 THEN min(l.vat_rate) FILTER (WHERE l.receipt_id = sale.id) END AS rate
          FROM receipt_line l
          WHERE l.purchaser_id = sale.purchaser_id AND l.purchased_at BETWEEN sale.purchased_at AND latest AND l.receipt_id = ANY (family)
          GROUP BY l.product_id, l.unit ORDER BY l.product_id, l.unit) l;

    IF (sale.level_left = 'PRODUCT' AND lines = '[]') OR (sale.level_left = 'GROUP' AND groups = '{}') THEN
        -- A return that is coarser than its sale is of all that is left, and gets the detail of that, reversed.
        IF total_left <> 0 THEN
            SELECT 'return_too_coarse', CASE sale.level_left WHEN 'PRODUCT' THEN 'lines' ELSE 'groups' END INTO verdict, place;
            RETURN;
        END IF;
        IF groups <> '{}' AND EXISTS (SELECT FROM jsonb_each_text(groups) b FULL JOIN jsonb_each_text(groups_left) s USING (key)
                                      WHERE coalesce(b.value::bigint, 0) + coalesce(s.value::bigint, 0) <> 0) THEN
            SELECT 'exceeds_sale', 'groups' INTO verdict, place;
            RETURN;
        END IF;
        SELECT coalesce(jsonb_object_agg(s.key, - s.value::bigint), '{}') INTO groups FROM jsonb_each_text(groups_left) s WHERE s.value <> '0';
        SELECT coalesce(jsonb_agg(jsonb_build_object('line', l.number, 'quantity', - l.quantity, 'unit', l.unit, 'amount', - l.amount)), '[]'),
               array_agg(l.product_id), array_agg(l.rate)
        INTO lines, taken, taken_rates
        FROM (SELECT u.*, row_number() OVER () AS number
              FROM unnest(products, units, quantities, amounts, rates) AS u (product_id, unit, quantity, amount, rate)
              WHERE u.quantity <> 0 OR u.amount <> 0) l;
    ELSE
        -- Each line is taken off the product that it names in the same unit, and becomes a line of that product, however it was spelt.
        -- Two products of a sale may share a GTIN, a marked-down one for instance: rather the one of the same name, if it holds the line.
        FOR match IN
            SELECT b.nth AS line, b.quantity, b.amount, s.nth AS product
            FROM ROWS FROM (jsonb_to_recordset(lines) AS (gtin text, code text, name text, "group" text, quantity numeric, unit text, amount bigint))
                     WITH ORDINALITY AS b (gtin, code, name, group_code, quantity, unit, amount, nth)
            LEFT JOIN (unnest(products, units) WITH ORDINALITY AS s (product_id, unit, nth) JOIN product p ON p.id = s.product_id)
                ON s.unit = b.unit AND coalesce(nullif(p.gtin, ''), nullif(p.product_code, ''), p.name) = coalesce(nullif(b.gtin, ''), nullif(b.code, ''), b.name)
            ORDER BY b.nth, (p.gtin, p.product_code, p.name, p.group_code) = (b.gtin, b.code, b.name, b.group_code) DESC, s.nth
        LOOP
            CONTINUE WHEN match.line <= cardinality(taken);
            EXIT WHEN match.line > cardinality(taken) + 1;
            has_match := match.product IS NOT NULL;
            -- Discount lines are negative: nothing may be left on the other side of zero.
            IF has_match AND - match.quantity BETWEEN least(quantities[match.product], 0) AND greatest(quantities[match.product], 0)
               AND - match.amount BETWEEN least(amounts[match.product], 0) AND greatest(amounts[match.product], 0) THEN
                quantities[match.product] := quantities[match.product] + match.quantity;
                amounts[match.product] := amounts[match.product] + match.amount;
                taken := taken || products[match.product];
                taken_rates := array_append(taken_rates, rates[match.product]);
            END IF;
        END LOOP;
        IF cardinality(taken) < jsonb_array_length(lines) THEN
            SELECT CASE WHEN has_match THEN 'exceeds_sale' ELSE 'not_in_sale' END, format('lines[%s]', cardinality(taken)) INTO verdict, place;
            RETURN;
        END IF;

        -- Lines have the groups of the sale's products. A discount line counts in its group, so the group must hold them together too.
        IF lines <> '[]' THEN
            SELECT jsonb_object_agg(l.group_code, l.amount) INTO groups
            FROM (SELECT p.group_code, sum(b.amount) AS amount
                  FROM ROWS FROM (jsonb_to_recordset(lines) AS (amount bigint), unnest(taken)) AS b (amount, product_id) JOIN product p ON p.id = b.product_id
                  GROUP BY p.group_code) l;
        END IF;
        SELECT CASE WHEN bool_or(s.value IS NULL) THEN 'not_in_sale'
                    WHEN bool_or(- b.value::bigint NOT BETWEEN least(s.value::bigint, 0) AND greatest(s.value::bigint, 0)) THEN 'exceeds_sale' END
        INTO verdict FROM jsonb_each_text(groups) b LEFT JOIN jsonb_each_text(groups_left) s USING (key);
        IF verdict IS NOT NULL THEN
            place := CASE lines WHEN '[]' THEN 'groups' ELSE 'lines' END;
            RETURN;
        END IF;
    END IF;

    -- Whoever has taken the id meanwhile is no return of this sale, which is locked: so it has other content.
    back.id := nextval('receipt_id_seq');
    INSERT INTO receipt_key (source_id, receipt_id, id, purchaser_id, content, batch, purchased_on)
    VALUES (for_source, back.source_receipt_id, back.id, sale.purchaser_id, fingerprint, for_batch, (back.purchased_at AT TIME ZONE 'UTC')::date)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        SELECT 'conflict', 'receipt_id' INTO verdict, place;
        RETURN;
    END IF;
    back.source_id := for_source;
    back.kind := 'return';
    back.purchaser_id := sale.purchaser_id;
    back.household_id := sale.household_id;
    back.version := sale.version;
    back.level := sale.level_left;
    back.refers_to := sale.id;
    back.refers_to_at := sale.purchased_at;
    INSERT INTO receipt (purchaser_id, purchased_at, id, household_id, outlet_id, source_id, version, level, channel, kind, source_receipt_id,
                         refers_to, refers_to_at, currency, total_cents, bonus_eligible_cents, card_benefit_cents, payments)
    VALUES (back.purchaser_id, back.purchased_at, back.id, back.household_id, back.outlet_id, back.source_id, back.version, back.level,
            back.channel, back.kind, back.source_receipt_id, back.refers_to, back.refers_to_at, back.currency, back.total_cents,
            back.bonus_eligible_cents, back.card_benefit_cents, back.payments);
    INSERT INTO receipt_group (purchaser_id, purchased_at, receipt_id, group_code, amount_cents)
    SELECT sale.purchaser_id, back.purchased_at, back.id, b.key, b.value::bigint FROM jsonb_each_text(groups) b;
    INSERT INTO receipt_line (purchaser_id, purchased_at, receipt_id, line, product_id, quantity, unit, amount_cents, lot, vat_rate)
    SELECT sale.purchaser_id, back.purchased_at, back.id, b.line, b.product_id, b.quantity, b.unit, b.amount, b.lot, coalesce(b.vat_rate, b.of_sale)
    FROM ROWS FROM (jsonb_to_recordset(lines) AS (line integer, quantity numeric, unit text, amount bigint, lot text, vat_rate numeric),
                    unnest(taken, taken_rates))
        AS b (line, quantity, unit, amount, lot, vat_rate, product_id, of_sale);
    verdict := 'accepted';
END $$;
GRANT EXECUTE ON FUNCTION purchases.take_back TO tarkka_intake;

GRANT CREATE ON SCHEMA purchases TO tarkka_door;
GRANT USAGE ON SCHEMA purchases TO tarkka_door;
ALTER FUNCTION purchases.locked_sales OWNER TO tarkka_door;
ALTER FUNCTION purchases.sales OWNER TO tarkka_door;
ALTER FUNCTION purchases.take_back OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA purchases FROM tarkka_door;
