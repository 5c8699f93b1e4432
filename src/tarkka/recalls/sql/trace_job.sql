-- Tracing as a job of the queue, for whoever releases a recall at the console: the worker begins it, however long it takes.
CREATE FUNCTION recalls.queue_trace(of_recall bigint, acting text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, jobs, pg_temp AS $$
BEGIN
    PERFORM access.demand_role(acting, '{recall_officer}');
    IF recalls.running(of_recall) IS NULL THEN
        RAISE EXCEPTION 'not_running' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM procrastinate_defer_jobs_v1(
        ARRAY[ROW('default', 'recalls.trace', 1, NULL, NULL, jsonb_build_object('recall', of_recall), NULL)::procrastinate_job_to_defer_v1]);
END $$;

-- The recall that a job under way is to trace; none, if it is not running any more.
CREATE FUNCTION recalls.to_trace(of_job bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT recalls.running((j.args ->> 'recall')::bigint) FROM jobs.procrastinate_jobs j
    WHERE j.id = of_job AND j.status = 'doing' AND j.task_name = 'recalls.trace'
$$;

GRANT EXECUTE ON FUNCTION recalls.queue_trace, recalls.to_trace TO tarkka_app;
GRANT CREATE ON SCHEMA recalls TO tarkka_door;
ALTER FUNCTION recalls.queue_trace OWNER TO tarkka_door;
ALTER FUNCTION recalls.to_trace OWNER TO tarkka_door;
REVOKE CREATE ON SCHEMA recalls FROM tarkka_door;
