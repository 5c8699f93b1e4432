-- Which receipt stands where in time, and on whose card: `placed` (households and their copies) by `content`, moved by whole weeks.
-- Sales in order of time, then the returns in order of time, so that a feed read in order always knows the sale of a return.
-- A copy's purchases keep their hour and get a minute of their own. A household's deck of cards holds the main member's twice.
CREATE OR REPLACE TABLE schedule AS
SELECT placed.prefix || '-' || basket_id || placed.suffix AS sale_id, basket_id, kind,
       CASE placed.round WHEN 0 THEN wall
            ELSE date_trunc('hour', wall) + INTERVAL (pick(basket_id + placed.round, 32, 3600)) SECOND END
       + INTERVAL (getvariable('days')) DAY AS wall,
       CASE WHEN has_card THEN deck[1 + pick(basket_id + placed.round, 31, len(deck))] END AS card
FROM content JOIN placed USING (household_id)
WHERE list_contains(getvariable('kinds'), kind) AND content.wall >= getvariable('from_wall') AND content.wall < getvariable('to_wall')
  AND (keep IS NULL OR nth <= keep)
ORDER BY kind DESC, wall, sale_id
