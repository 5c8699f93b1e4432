-- A number in [0, n) that follows from a key and a salt alone: the same on every machine and in every version of
-- DuckDB, which its hash() does not promise. The square makes choices with different salts independent.
CREATE MACRO pick(key, salt, n) AS (
    ((key::BIGINT % 2147483647 * 48271 + salt::BIGINT * 69621) % 2147483647)
    * ((key::BIGINT % 2147483647 * 48271 + salt::BIGINT * 69621) % 2147483647) % 2147483647 // 8 % n
);
