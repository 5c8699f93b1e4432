-- Telling people of a recall. The worker learns from functions of the door by which channel the person is told whom a job of the queue is about; who
-- that is, the contact itself, and anything else of the person, it reads at a look at them for that recall.

GRANT SELECT (id) ON contact TO tarkka_door;
GRANT SELECT, INSERT (recall_id, person_id, channel, use_safety_contact, state, told_at, contact_id),
      UPDATE (state, attempts, begun_at, told_at, failed_why, is_only_way, contact_id, token) ON recall_notice TO tarkka_door;
CREATE POLICY door_begins ON recall_notice FOR INSERT TO tarkka_door WITH CHECK (true);
CREATE POLICY door_goes_on ON recall_notice FOR UPDATE TO tarkka_door USING (true) WITH CHECK (true);

-- What became of a try is written at the look in which it was made.
GRANT UPDATE (state, told_at, failed_why) ON recall_notice TO tarkka_person;
CREATE POLICY ends ON recall_notice FOR UPDATE TO tarkka_person
    USING (person_id = (SELECT access.subject_for('{recall}')) AND recall_id = ANY ((SELECT recalls.shown())::bigint[]) AND state = 'trying')
    WITH CHECK (person_id = (SELECT access.subject_for('{recall}')));

-- Queue the telling of these, by the numbers of their rows for the portal.
CREATE FUNCTION recalls.queue(numbers bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, jobs, pg_temp AS $$
    SELECT FROM procrastinate_defer_jobs_v1(ARRAY(
        SELECT ROW('default', 'recalls.tell', 0, NULL, NULL, jsonb_build_object('notice', n), NULL)::procrastinate_job_to_defer_v1
        FROM unnest(numbers) n))
$$;

-- By which channel somebody is told who can be reached in this way.
CREATE FUNCTION recalls.channel_of(kind text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE kind WHEN 'phone' THEN 'text' WHEN 'post' THEN 'letter' ELSE kind END
$$;

-- The ways in which somebody may still be told: everyone is told by e-mail and by text message, if they can be reached so, and by letter if neither
-- told them; by each once, by the way that is for safety alone first, and by the other one if that failed for good. A way that failed is left again
-- once the contact is a new one.
CREATE FUNCTION recalls.ways_left(of_recall bigint, of_person bigint) RETURNS TABLE (channel text, for_safety_only boolean, contact_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.channel, c.for_safety_only, c.id
    FROM (SELECT recalls.channel_of(t.kind) AS channel, t.for_safety_only, t.id FROM contact t WHERE t.person_id = of_person) c
    WHERE NOT EXISTS (
        SELECT FROM recall_notice n WHERE n.recall_id = of_recall AND n.person_id = of_person AND n.channel <> 'portal'
        AND CASE WHEN n.channel = c.channel THEN n.state <> 'failed' OR n.use_safety_contact = c.for_safety_only AND n.contact_id IS NOT DISTINCT FROM c.id
                 ELSE n.state <> 'failed' AND c.channel = 'letter' AND NOT c.for_safety_only END)
$$;

-- Queue the telling of everybody who has a notice of this recall in the portal and whom nothing else has told, unless it is known that there is no
-- way left, and who has no job that is still to be done. The rows tell who is to be told; the queue is no record of it, and a job that was lost is made again.
CREATE FUNCTION recalls.queue_untold(of_recall bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT recalls.queue(array_agg(n.id)) FROM recall_notice n
    WHERE n.recall_id = recalls.running(of_recall) AND n.channel = 'portal' AND NOT EXISTS (
        SELECT FROM jobs.procrastinate_jobs j
        WHERE j.task_name = 'recalls.tell' AND j.status IN ('todo', 'doing') AND (j.args ->> 'notice')::bigint = n.id)
    AND (EXISTS (SELECT FROM recall_notice t WHERE t.recall_id = n.recall_id AND t.person_id = n.person_id AND t.state = 'trying')
         OR NOT EXISTS (SELECT FROM recall_notice t WHERE t.recall_id = n.recall_id AND t.person_id = n.person_id
                        AND t.channel <> 'portal' AND t.state = 'told')
            AND (NOT n.is_only_way OR EXISTS (SELECT FROM recalls.ways_left(n.recall_id, n.person_id))))
$$;

-- Put the notice into the portal of everybody whom the present trace has found and who has none, and queue the telling of them and of whoever
-- is to be told still. In the trace's own transaction: who was found is told, and nobody else. Returns of how many new.
CREATE FUNCTION recalls.tell_found() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    new bigint;
BEGIN
    INSERT INTO recall_notice (recall_id, person_id, channel, state, told_at)
    SELECT DISTINCT p.recall_id, p.person_id, 'portal', 'told', clock_timestamp() FROM recall_person p
    WHERE p.recall_id = access.recall() AND NOT EXISTS (
        SELECT FROM recall_notice n WHERE n.recall_id = p.recall_id AND n.person_id = p.person_id AND n.channel = 'portal')
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS new = ROW_COUNT;
    PERFORM recalls.queue_untold(access.recall());
    RETURN new;
END $$;

-- By which of these channels the person whom the job is about is to be told next, written down as tried; leaving out what this run has tried.
-- Nothing, if the recall has ended or nothing is left to be tried (recalls.ways_left). It answers of a job that is under way alone, and does not tell
-- whom it is about (recalls.issue). Whoever comes second waits for the first.
CREATE FUNCTION recalls.claim(of_job bigint, channels text[], tried bigint[])
RETURNS TABLE (number bigint, channel text, use_safety_contact boolean, attempts integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    portal recall_notice;
    next recall_notice;
    is_alone boolean;
BEGIN
    SELECT n.* INTO portal FROM jobs.procrastinate_jobs j JOIN recall_notice n ON n.id = (j.args ->> 'notice')::bigint
    WHERE j.id = of_job AND j.status = 'doing' AND j.task_name = 'recalls.tell' AND n.channel = 'portal' FOR UPDATE OF n;
    IF recalls.running(portal.recall_id) IS NULL THEN
        RETURN;
    END IF;
    UPDATE recall_notice n SET attempts = n.attempts + 1 WHERE n.id = (
        SELECT o.id FROM recall_notice o WHERE o.recall_id = portal.recall_id AND o.person_id = portal.person_id
        AND o.state = 'trying' AND o.channel = ANY (channels) AND o.id <> ALL (tried) ORDER BY o.id LIMIT 1)
    RETURNING * INTO next;
    IF next.id IS NULL THEN
        INSERT INTO recall_notice (recall_id, person_id, channel, use_safety_contact, state, contact_id)
        SELECT portal.recall_id, portal.person_id, c.channel, c.for_safety_only, 'trying', c.contact_id
        FROM recalls.ways_left(portal.recall_id, portal.person_id) c WHERE c.channel = ANY (channels)
        ORDER BY c.for_safety_only DESC, array_position('{email,text,letter}', c.channel) LIMIT 1
        ON CONFLICT ON CONSTRAINT recall_notice_pkey DO UPDATE SET state = 'trying', attempts = 1, begun_at = clock_timestamp(), failed_why = NULL,
            contact_id = excluded.contact_id, token = gen_random_uuid()
        RETURNING * INTO next;
    END IF;
    is_alone := NOT EXISTS (SELECT FROM recall_notice n WHERE n.recall_id = portal.recall_id AND n.person_id = portal.person_id
                               AND n.channel <> 'portal' AND n.state <> 'failed');
    UPDATE recall_notice n SET is_only_way = is_alone WHERE n.id = portal.id AND n.is_only_way <> is_alone;
    IF next.id IS NOT NULL THEN
        RETURN QUERY SELECT next.id, next.channel, next.use_safety_contact, next.attempts;
    END IF;
END $$;

-- Ask the door for a look at the person of a notice that is being tried, for its recall: who that is, nobody learns but at that look, whose event
-- is durable before. As access.issue.
CREATE FUNCTION recalls.issue(hash bytea, for_actor text, of_number bigint, OUT event_id bigint, OUT level level, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    tried recall_notice;
BEGIN
    SELECT n.* INTO tried FROM recall_notice n WHERE n.id = of_number AND n.state = 'trying';
    IF tried.id IS NULL THEN
        RAISE EXCEPTION 'no_notice' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT i.event_id, i.level, i.refusal INTO event_id, level, refusal
    FROM access.issue(hash, 'automatic', for_actor, 'recall', 'person', tried.person_id, tried.recall_id::text, NULL, NULL, 'TOTAL') i;
END $$;

-- A try that failed by our own fault, before anything was handed over, does not count.
CREATE FUNCTION recalls.give_back(of_number bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE recall_notice n SET attempts = n.attempts - 1 WHERE n.id = of_number AND n.state = 'trying' AND n.attempts > 0
$$;

-- Of these notices, those whose try is over, and whether they told somebody: the letter of whoever was stopped just after that lies ready and is to
-- be handed over; any other is to be handed to nobody. A number that stands for no notice any more is over too.
CREATE FUNCTION recalls.over_among(numbers bigint[]) RETURNS TABLE (number bigint, told boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.number, coalesce(n.state = 'told', false) FROM unnest(numbers) u (number) LEFT JOIN recall_notice n ON n.id = u.number
    WHERE n.state IS DISTINCT FROM 'trying' OR recalls.running(n.recall_id) IS NULL
$$;

-- An e-mail that was taken came back: it told nobody, and the next channel is queued. False if that is known, and nothing if the notice has not
-- this token.
CREATE FUNCTION recalls.bounce(of_number bigint, with_token uuid, why text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    back recall_notice;
BEGIN
    SELECT n.* INTO back FROM recall_notice n WHERE n.id = of_number AND n.token = with_token AND n.channel = 'email' FOR UPDATE;
    IF back.id IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE recall_notice n SET state = 'failed', told_at = NULL, failed_why = why WHERE n.id = back.id AND n.state = 'told';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM recalls.queue(array_agg(n.id)) FROM recall_notice n
    WHERE n.recall_id = back.recall_id AND n.person_id = back.person_id AND n.channel = 'portal';
    RETURN true;
END $$;

-- How far telling has come: numbers of people, and of nobody in particular. `told` by a channel that comes to them, or when they said that they
-- read it; `waiting` to be told; `unreachable` has no channel left but the portal, and has not read it there. Times are from the release.
CREATE FUNCTION recalls.progress(of_recall bigint, acting text)
RETURNS TABLE (bought bigint, may_have_bought bigint, told bigint, waiting bigint, unreachable bigint, acknowledged bigint, by_channel jsonb,
               failed_by_channel jsonb, median_to_told interval, last_to_told interval)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{recall_officer,data_protection_officer}');
    RETURN QUERY
    WITH affected AS MATERIALIZED (
        SELECT p.person_id, bool_or(p.certainty = 'bought') AS is_sure FROM recall_person p WHERE p.recall_id = of_recall GROUP BY 1),
    notices AS MATERIALIZED (SELECT * FROM recall_notice n WHERE n.recall_id = of_recall),
    reached AS MATERIALIZED (
        SELECT n.person_id, bool_or(n.is_only_way) AS is_only_way, min(n.told_at) FILTER (WHERE n.channel <> 'portal') AS told_at
        FROM notices n GROUP BY 1),
    people AS MATERIALIZED (
        SELECT a.is_sure, e.is_only_way, k.at AS read_at, least(e.told_at, k.at) - r.at AS after
        FROM affected a LEFT JOIN reached e ON e.person_id = a.person_id
        LEFT JOIN recall_acknowledgement k ON k.recall_id = of_recall AND k.person_id = a.person_id
        LEFT JOIN recall_release r ON r.recall_id = of_recall),
    channels AS MATERIALIZED (
        SELECT n.channel, count(DISTINCT n.person_id) FILTER (WHERE n.state = 'told') AS told,
               count(DISTINCT n.person_id) FILTER (WHERE n.state = 'failed') AS failed FROM notices n GROUP BY 1)
    SELECT count(*) FILTER (WHERE p.is_sure), count(*) FILTER (WHERE NOT p.is_sure), count(p.after),
           count(*) FILTER (WHERE p.after IS NULL AND p.is_only_way IS NOT TRUE), count(*) FILTER (WHERE p.after IS NULL AND p.is_only_way),
           count(p.read_at),
           (SELECT coalesce(jsonb_object_agg(c.channel, c.told) FILTER (WHERE c.told > 0), '{}') FROM channels c),
           (SELECT coalesce(jsonb_object_agg(c.channel, c.failed) FILTER (WHERE c.failed > 0), '{}') FROM channels c),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY p.after), max(p.after)
    FROM people p;
END $$;

GRANT EXECUTE ON FUNCTION recalls.claim, recalls.issue, recalls.give_back, recalls.over_among, recalls.bounce, recalls.progress TO tarkka_app;
GRANT EXECUTE ON FUNCTION recalls.tell_found TO tarkka_trace;
GRANT CREATE ON SCHEMA recalls TO tarkka_door;
ALTER FUNCTION recalls.channel_of OWNER TO tarkka_door;
ALTER FUNCTION recalls.queue OWNER TO tarkka_door;
ALTER FUNCTION recalls.tell_found OWNER TO tarkka_door;
ALTER FUNCTION recalls.claim OWNER TO tarkka_door;
ALTER FUNCTION recalls.over_among OWNER TO tarkka_door;
ALTER FUNCTION recalls.issue OWNER TO tarkka_door;
ALTER FUNCTION recalls.give_back OWNER TO tarkka_door;
ALTER FUNCTION recalls.ways_left OWNER TO tarkka_door;
ALTER FUNCTION recalls.queue_untold OWNER TO tarkka_door;
ALTER FUNCTION recalls.bounce OWNER TO tarkka_door;
ALTER FUNCTION recalls.progress OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA recalls FROM tarkka_door;
