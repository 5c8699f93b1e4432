-- One row for every receipt of the data set: where it was made, in which channel, when (wall clock) and what it was worth.
-- The data set's clock is UTC and its stores keep US Eastern time; what was ten past six there is ten past six in Helsinki.
-- * Nothing but fuel: the filling station beside the store. Nothing but special trade: a centre's shop of the chain that
--   most of the lines belong to. Of receipts of one or two lines, a share: restaurants, hotels, partners. All others: the store.
-- * Web: a stated share of what chains with a web shop sell; a large basket at the grocers.
-- * No card: two in a hundred. They get no price benefits of the card (R5).
CREATE TABLE basket AS
WITH summed AS (
    SELECT basket_id, any_value(household_id) AS household_id, any_value(store_id) AS store_id, any_value(transaction_timestamp) AS utc,
           count(*)::INTEGER AS lines, sum(amount) AS total,
           sum(amount) FILTER (earns_bonus) AS bonus_eligible,
           sum((retail_disc + coupon_match_disc)::DECIMAL(12, 2)) AS card_benefit,
           bool_and(is_fuel) AS fuel_only,
           CASE WHEN bool_and(sold_by IS NOT NULL) THEN mode(sold_by ORDER BY sold_by) END AS special
    FROM (SELECT *, sales_value::DECIMAL(12, 2) AS amount FROM transactions JOIN product USING (product_id))
    GROUP BY basket_id
), chosen AS (
    SELECT *, pick(basket_id, 1, 1000) AS errand,
           CASE
               WHEN fuel_only THEN 'abc'
               WHEN special IS NOT NULL THEN special
               WHEN lines <= 2 AND errand < 160 THEN 'restaurants'
               WHEN lines <= 2 AND errand < 190 THEN 'hotels'
               WHEN lines <= 2 AND errand < 240 THEN 'partners'
           END AS elsewhere
    FROM summed
), placed AS (
    SELECT chosen.*, coalesce(elsewhere, store_outlet.chain) AS chain,
           CASE WHEN elsewhere IS NULL THEN store_outlet.code
                WHEN elsewhere = 'abc' THEN store_outlet.station
                ELSE centre.codes[1 + pick(household_id, 2, 9973) % len(centre.codes)] END AS code
    FROM chosen JOIN store_outlet USING (store_id) LEFT JOIN centre ON centre.chain = elsewhere
), channelled AS (
    SELECT *, pick(basket_id, 3, 100) < CASE chain
            WHEN 'prisma' THEN CASE WHEN lines >= 15 THEN 14 ELSE 1 END
            WHEN 's-market' THEN CASE WHEN lines >= 20 THEN 8 ELSE 0 END
            WHEN 'emotion' THEN 25 WHEN 'hotels' THEN 60 WHEN 'kodin-terra' THEN 20 WHEN 'partners' THEN 25 WHEN 'sokos' THEN 25
            ELSE 0 END AS is_web
    FROM placed
)
SELECT basket_id, household_id, lines, total, coalesce(bonus_eligible, 0) AS bonus_eligible,
       pick(basket_id, 4, 100) >= 2 AS has_card,
       CASE WHEN pick(basket_id, 4, 100) >= 2 THEN card_benefit ELSE 0 END AS card_benefit,
       chain, CASE WHEN is_web THEN chain || '-web' ELSE code END AS outlet, CASE WHEN is_web THEN 'web' ELSE 'store' END AS channel,
       utc - CASE WHEN utc >= TIMESTAMP '2017-03-12 07:00' AND utc < TIMESTAMP '2017-11-05 06:00' THEN INTERVAL 4 HOUR ELSE INTERVAL 5 HOUR END AS wall
FROM channelled
