-- What a store's own receipts say about it, busiest first: receipts, lines a receipt, the share of fuel in its sales, receipts of
-- nothing but fuel, the share of special trade, and the special chain that most of that belongs to.
WITH basket AS (
    SELECT store_id, basket_id, count(*) AS lines, bool_and(is_fuel) AS fuel_only
    FROM source_transactions JOIN product USING (product_id) GROUP BY ALL
), counted AS (
    SELECT store_id, count(*) AS baskets, avg(lines) AS lines, count(*) FILTER (fuel_only) AS fuel_only FROM basket GROUP BY ALL
), sold AS (
    SELECT store_id, sold_by, sum(sales_value) AS value, sum(sales_value) FILTER (is_fuel) AS fuel
    FROM source_transactions JOIN product USING (product_id) GROUP BY ALL
), shares AS (
    SELECT store_id, coalesce(sum(fuel) / nullif(sum(value), 0), 0) AS fuel_share,
           coalesce(sum(value) FILTER (sold_by IS NOT NULL) / nullif(sum(value), 0), 0) AS special_share,
           first(sold_by ORDER BY value DESC, sold_by) FILTER (sold_by IS NOT NULL) AS special
    FROM sold GROUP BY ALL
)
SELECT store_id, baskets, lines, fuel_share, fuel_only, special_share, special
FROM counted JOIN shares USING (store_id)
ORDER BY baskets DESC, store_id
