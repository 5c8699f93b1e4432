-- Its functions find its tables whoever calls them, from wherever.
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN SELECT oid FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = jobs, pg_catalog, pg_temp', function);
    END LOOP;
END $$;

-- The worker acts as the login. It takes jobs, ends them and lets them be tried again; what is to be done it can neither make up nor change, for
-- jobs are put into the queue by functions of the door alone, in the transaction of what they are about. A job carries a number, and no person's.
GRANT USAGE ON SCHEMA jobs TO tarkka_app, tarkka_door;

GRANT SELECT, UPDATE (status, worker_id, attempts, scheduled_at, priority, queue_name, lock, abort_requested), DELETE
    ON jobs.procrastinate_jobs TO tarkka_app;
GRANT SELECT, INSERT ON jobs.procrastinate_events TO tarkka_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs.procrastinate_workers TO tarkka_app;
-- A job that goes is taken off the list of what was queued by the clock, of which there is nothing.
GRANT SELECT (job_id), UPDATE (job_id) ON jobs.procrastinate_periodic_defers TO tarkka_app;
GRANT USAGE ON SEQUENCE jobs.procrastinate_events_id_seq TO tarkka_app, tarkka_door;
GRANT EXECUTE ON FUNCTION
    jobs.procrastinate_fetch_job_v2, jobs.procrastinate_finish_job_v1, jobs.procrastinate_retry_job_v2, jobs.procrastinate_register_worker_v1,
    jobs.procrastinate_unregister_worker_v1, jobs.procrastinate_update_heartbeat_v1, jobs.procrastinate_prune_stalled_workers_v1
    TO tarkka_app;

GRANT SELECT (id, task_name, args, status), INSERT ON jobs.procrastinate_jobs TO tarkka_door;
GRANT INSERT ON jobs.procrastinate_events TO tarkka_door;
GRANT USAGE ON SEQUENCE jobs.procrastinate_jobs_id_seq TO tarkka_door;
GRANT EXECUTE ON FUNCTION jobs.procrastinate_defer_jobs_v1 TO tarkka_door;
