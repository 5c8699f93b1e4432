-- The cards of every household of a people file, the main member's twice, by the household's key: h900, or h900r2 for a copy.
CREATE OR REPLACE TABLE deck AS
SELECT regexp_extract(household, '^h([0-9]+)', 1)::BIGINT AS household_id,
       coalesce(nullif(regexp_extract(household, 'r([0-9]+)$', 1), '')::INTEGER, 0) AS round,
       list_concat(list_transform(persons[1].cards, lambda card: card.number),
                   flatten(list_transform(persons, lambda person: list_transform(person.cards, lambda card: card.number)))) AS deck
FROM read_json(?, format = 'newline_delimited',
               columns = {'household': 'VARCHAR', 'persons': 'STRUCT(cards STRUCT(number VARCHAR)[])[]'})
