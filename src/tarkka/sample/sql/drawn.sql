-- Households drawn until they have enough receipts ($1), by a seed ($2): every household once, in the seed's order, then every
-- household again as another copy, and so on. `keep` cuts the last one, so that the number comes out exactly.
CREATE OR REPLACE TABLE drawn AS
WITH counted AS (
    SELECT household_id, count(*) AS receipts FROM content GROUP BY household_id
), rounds AS (
    SELECT unnest(range(1, 2 + $1 // (SELECT sum(receipts) FROM counted)::BIGINT))::INTEGER AS round
), ordered AS (
    SELECT household_id, round, receipts,
           sum(receipts) OVER (ORDER BY round, pick(household_id, $2 + round * 1009, 268435456), household_id) AS so_far
    FROM counted, rounds
)
SELECT household_id, round, CASE WHEN so_far > $1 THEN (receipts - (so_far - $1))::INTEGER END AS keep
FROM ordered WHERE so_far - receipts < $1
