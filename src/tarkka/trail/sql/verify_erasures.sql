-- Erasures that are not of the rows which say that they were emptied by them.
SELECT coalesce(e.id, x.erasure_id) FROM public.erasure e
FULL JOIN (SELECT erasure_id, {erased_digest} AS digest FROM public.trail_erased GROUP BY 1) x ON x.erasure_id = e.id
WHERE e.digest IS DISTINCT FROM coalesce(x.digest, sha256(''))
