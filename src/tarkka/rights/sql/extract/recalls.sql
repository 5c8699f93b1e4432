-- Which recalls affect the subject, by which purchase, and when the trace found it. In the extract's language.
SELECT p.recall_id, (SELECT r.texts -> %(language)s ->> 'product' FROM recalls.published(ARRAY[p.recall_id]) r), p.receipt_id, p.purchased_at,
       p.certainty, p.found_at
FROM recall_person p ORDER BY p.recall_id, p.receipt_id
