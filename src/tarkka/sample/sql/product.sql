-- One row for every product of the data set; products that only its transactions know are unnamed and in `other`.
-- The GTIN is 20 (a prefix that GS1 keeps for use inside one company), the product id and the check digit. Goods
-- that are weighed, served or pumped have none, as in a real store.
CREATE TABLE product AS
WITH known AS (
    SELECT product_id, name, group_code, earns_bonus, lots, sold_by, vat,
           department IN ('COSMETICS', 'DRUG GM', 'FROZEN GROCERY', 'GROCERY', 'MEAT-PCKGD', 'NUTRITION', 'SEAFOOD-PCKGD', 'SPIRITS', 'TOYS')
           AND group_code NOT IN ('deposits-games', 'fuel', 'gift-cards', 'other') AS has_gtin
    FROM source_products JOIN kind
      ON kind.product_category IS NOT DISTINCT FROM source_products.product_category
     AND kind.product_type IS NOT DISTINCT FROM source_products.product_type
     AND kind.brand IS NOT DISTINCT FROM source_products.brand
     AND kind.package_size IS NOT DISTINCT FROM source_products.package_size
    UNION ALL
    SELECT DISTINCT product_id, 'Unnamed product', 'other', true, false, NULL, NULL, false
    FROM source_transactions WHERE product_id NOT IN (SELECT product_id FROM source_products)
), numbered AS (
    SELECT *, '20' || lpad(product_id::VARCHAR, 10, '0') AS body FROM known
)
SELECT product_id, product_id::VARCHAR AS product_code, name, group_code, earns_bonus, lots, sold_by, vat,
       group_code = 'fuel' AS is_fuel,
       CASE WHEN has_gtin THEN
           body || ((10 - list_sum(list_transform(range(1, 13), lambda i: body[i]::INTEGER * (3 - i % 2 * 2))) % 10) % 10)::VARCHAR
       END AS gtin
FROM numbered
