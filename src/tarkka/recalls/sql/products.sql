-- The products that a recall names, however long their source writes the GTIN; without a GTIN, every product of its groups. And the groups by
-- which those are found whose purchases are stored no finer: the ones named, and those that the named products are sold in.
WITH named AS (
    SELECT p.id, p.group_code FROM product p WHERE p.gtin <> '' AND lpad(p.gtin, 14, '0') = ANY (%(gtins)s::text[])
    UNION
    SELECT p.id, p.group_code FROM product p WHERE %(gtins)s::text[] = '{}' AND p.group_code = ANY (%(groups)s::text[])
)
SELECT coalesce((SELECT array_agg(n.id) FROM named n), '{}'),
       (SELECT coalesce(array_agg(DISTINCT g.code), '{}') FROM (SELECT n.group_code FROM named n UNION SELECT unnest(%(groups)s::text[])) g (code))
