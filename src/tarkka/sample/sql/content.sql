-- What every receipt holds, wherever in time it is placed later: outlet, money, payments and lines, as Tarkka's feed has them.
-- * A line's amount is the data set's sales_value; quantity 0 means 1; fuel is given in litres at a pump price of 1.45 to 1.64
--   (the data set counts it in thousandths of a gallon, not always).
-- * Payments: cash (rounded to five cents), bank card, the group's own payment card, or a gift card and a bank card.
-- * Returns, which the data set lacks: three receipts in a thousand are taken back 2 to 27 days later in the same channel, half of them
--   whole and half by their dearest line; only sales of the first eleven months, so that none falls behind the year's end.
-- * Of a sale's line, `vat_rate` has the name of its rates, since the rate itself goes by the day. A return's line tells none: it has its sale's.
-- * `nth` counts a household's receipts, its returns last.
-- * Partners send no lines, hotels send groups only; everyone else sends lines, whatever the register may keep of them.
CREATE TABLE content AS
WITH line AS (
    SELECT transactions.basket_id,
           (row_number() OVER (PARTITION BY transactions.basket_id ORDER BY product_id))::INTEGER AS line,
           gtin, product_code, name, group_code, earns_bonus,
           CASE WHEN is_fuel THEN greatest(round(sales_value / (1.45 + pick(transactions.basket_id, 21, 20) / 100), 2), 0.01)
                ELSE greatest(quantity, 1) END::DECIMAL(12, 2) AS quantity,
           CASE WHEN is_fuel THEN 'l' ELSE 'pcs' END AS unit,
           sales_value::DECIMAL(12, 2) AS amount,
           CASE WHEN lots THEN 'L' || lpad(week::VARCHAR, 2, '0') || chr(65 + pick(product_id, week, 3)::INTEGER) END AS lot,
           vat
    FROM transactions JOIN product USING (product_id)
), sale AS (
    SELECT basket_id, 'sale' AS kind, household_id, wall, chain, outlet, channel, has_card, total, bonus_eligible, card_benefit, NULL::INTEGER AS only_line
    FROM basket
), taken_back AS (
    SELECT basket_id, pick(basket_id, 22, 1000) AS odds FROM basket
    WHERE odds < 3 AND total > 0 AND wall < TIMESTAMP '2017-12-01' AND outlet NOT LIKE 'abc-%'
), dearest AS (
    SELECT basket_id, first(line ORDER BY amount DESC, line) AS line FROM line JOIN taken_back USING (basket_id) GROUP BY basket_id
), returned AS (
    SELECT basket_id, 'return' AS kind, household_id,
           date_trunc('day', wall) + INTERVAL (2 + pick(basket_id, 23, 26)) DAY + INTERVAL (600 + pick(basket_id, 24, 540)) MINUTE AS wall,
           chain, outlet, channel, has_card,
           CASE WHEN whole THEN total ELSE line.amount END AS total,
           CASE WHEN whole THEN bonus_eligible WHEN line.earns_bonus THEN line.amount ELSE 0 END AS bonus_eligible,
           CASE WHEN whole THEN card_benefit ELSE 0 END AS card_benefit,
           CASE WHEN NOT whole THEN dearest.line END AS only_line
    FROM (SELECT *, pick(basket_id, 25, 2) = 0 AS whole FROM basket JOIN taken_back USING (basket_id))
    JOIN dearest USING (basket_id) JOIN line USING (basket_id, line)
), receipt AS (
    SELECT *, CASE kind WHEN 'sale' THEN 1 ELSE -1 END AS sign, pick(basket_id, 26, 100) AS wallet
    FROM (FROM sale UNION ALL FROM returned)
), lined AS (
    SELECT basket_id, kind,
           list({'line': row_number, 'gtin': gtin, 'product_code': product_code, 'name': name, 'group': group_code,
                 'quantity': CASE WHEN unit = 'pcs' THEN (sign * quantity)::BIGINT::VARCHAR ELSE (sign * quantity)::VARCHAR END,
                 'unit': unit, 'amount': (sign * amount)::VARCHAR, 'lot': lot,
                 'vat_rate': CASE kind WHEN 'sale' THEN vat END} ORDER BY line) AS lines
    FROM (
        SELECT line.*, kind, sign, CASE WHEN only_line IS NULL THEN line ELSE 1 END AS row_number
        FROM receipt JOIN line USING (basket_id)
        WHERE chain NOT IN ('hotels', 'partners') AND (only_line IS NULL OR only_line = line.line)
    ) GROUP BY ALL
), grouped AS (
    SELECT basket_id, kind, list({'group': group_code, 'amount': amount::VARCHAR} ORDER BY group_code) AS groups
    FROM (
        SELECT basket_id, kind, group_code, sum(sign * amount) AS amount
        FROM receipt JOIN line USING (basket_id)
        WHERE chain = 'hotels' AND (only_line IS NULL OR only_line = line.line) GROUP BY ALL
    ) GROUP BY ALL
)
SELECT basket_id, kind, household_id, wall, outlet, channel, has_card,
       (sign * total)::DECIMAL(12, 2)::VARCHAR AS total,
       (sign * bonus_eligible)::DECIMAL(12, 2)::VARCHAR AS bonus_eligible,
       (sign * card_benefit)::DECIMAL(12, 2)::VARCHAR AS card_benefit,
       CASE WHEN total = 0 THEN []
            WHEN wallet < 14 THEN [{'method': 'cash', 'amount': (sign * round(total * 20) / 20)::DECIMAL(12, 2)::VARCHAR}]
            WHEN wallet < 15 AND total > 20 THEN [{'method': 'gift_card', 'amount': (sign * 20)::DECIMAL(12, 2)::VARCHAR},
                                                  {'method': 'card', 'amount': (sign * (total - 20))::DECIMAL(12, 2)::VARCHAR}]
            WHEN wallet < 40 AND has_card THEN [{'method': 'group_card', 'amount': (sign * total)::DECIMAL(12, 2)::VARCHAR}]
            ELSE [{'method': 'card', 'amount': (sign * total)::DECIMAL(12, 2)::VARCHAR}] END AS payments,
       lines, groups,
       (row_number() OVER (PARTITION BY household_id ORDER BY kind DESC, wall, basket_id))::INTEGER AS nth
FROM receipt LEFT JOIN lined USING (basket_id, kind) LEFT JOIN grouped USING (basket_id, kind)
