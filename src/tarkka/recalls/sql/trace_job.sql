-- Tracing as a job of the queue: the worker begins it, however long it takes.
CREATE FUNCTION recalls.queue_traces(of_recalls bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, jobs, pg_temp AS $$
    SELECT FROM procrastinate_defer_jobs_v1(ARRAY(
        SELECT ROW('default', 'recalls.trace', 1, NULL, NULL, jsonb_build_object('recall', n), NULL)::procrastinate_job_to_defer_v1
        FROM unnest(of_recalls) n))
$$;

-- Asked for by whoever releases a recall.
CREATE FUNCTION recalls.queue_trace(of_recall bigint, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{recall_officer}');
    IF recalls.running(of_recall) IS NULL THEN
        RAISE EXCEPTION 'not_running' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM recalls.queue_traces(ARRAY[of_recall]);
END $$;

-- Queue what nobody has to remember: telling whoever is to be told still and has no job, and tracing each running recall once a day, for receipts
-- come late. The worker asks for it when it begins, and every hour.
CREATE FUNCTION recalls.queue_due() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tarkka.recalls.queue_due', 0));
    PERFORM recalls.queue_untold(r.recall_id) FROM recall_release r WHERE recalls.running(r.recall_id) IS NOT NULL;
    PERFORM recalls.queue_traces(array_agg(r.recall_id)) FROM recall_release r
    WHERE recalls.running(r.recall_id) IS NOT NULL AND NOT EXISTS (
        SELECT FROM recall_run u WHERE u.recall_id = r.recall_id AND u.at > clock_timestamp() - interval '1 day')
    AND NOT EXISTS (SELECT FROM jobs.procrastinate_jobs j WHERE j.task_name = 'recalls.trace' AND j.status IN ('todo', 'doing')
                    AND (j.args ->> 'recall')::bigint = r.recall_id);
END $$;

-- The recall that a job under way is to trace; none, if it is not running any more.
CREATE FUNCTION recalls.to_trace(of_job bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT recalls.running((j.args ->> 'recall')::bigint) FROM jobs.procrastinate_jobs j
    WHERE j.id = of_job AND j.status = 'doing' AND j.task_name = 'recalls.trace'
$$;

GRANT EXECUTE ON FUNCTION recalls.queue_trace, recalls.queue_due, recalls.to_trace TO tarkka_app;
GRANT SELECT (recall_id, at) ON recall_run TO tarkka_door;
GRANT CREATE ON SCHEMA recalls TO tarkka_door;
ALTER FUNCTION recalls.queue_traces OWNER TO tarkka_door;
ALTER FUNCTION recalls.queue_due OWNER TO tarkka_door;
ALTER FUNCTION recalls.queue_trace OWNER TO tarkka_door;
ALTER FUNCTION recalls.to_trace OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA recalls FROM tarkka_door;
