-- The register's roles, each with the least that it needs. Run by an administrator before the migrations; safe to run again.
--
--   tarkka_owner      owns every table; migrations run as it. Policies are FORCEd on it too.
--   tarkka_app        the application's login. Outside the door it has no right on a personal table.
--   tarkka_door       owns the functions of the door and the intake: reads choices, memberships and sales, writes events, tickets and returns.
--   tarkka_seal       owns the functions that seal the trail, prove an event and erase; no login reaches it
--   tarkka_person     the door switches to it for a look at one person
--   tarkka_household  … at one household's totals
--   tarkka_trace      … at whoever bought something (a recall)
--   tarkka_audience   … at whoever has not objected to the purpose; reads views, never tables
--   tarkka_lookup     … at whoever is searched for by name or number; calls a function, and reads no table
--   tarkka_trail      … at the trail, for supervision
--   tarkka_unobjected owns those views and is itself under the trace policies
--   tarkka_intake     inserts and reads nothing. BYPASSRLS, because COPY into a table under row-level security is refused otherwise.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['owner', 'door', 'seal', 'person', 'household', 'trace', 'audience', 'unobjected', 'lookup', 'trail', 'intake'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tarkka_' || role) THEN
            EXECUTE format('CREATE ROLE tarkka_%s NOLOGIN NOINHERIT %s', role, CASE role WHEN 'intake' THEN 'BYPASSRLS' ELSE '' END);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tarkka_app') THEN
        CREATE ROLE tarkka_app LOGIN NOINHERIT;
    END IF;
    FOREACH role IN ARRAY ARRAY['person', 'household', 'trace', 'audience', 'lookup', 'trail', 'intake'] LOOP
        EXECUTE format('GRANT tarkka_%s TO tarkka_app WITH INHERIT FALSE, SET TRUE', role);
    END LOOP;
    -- The owner hands the door's functions, the trail's and the audience's views over to their own roles.
    GRANT tarkka_door, tarkka_seal, tarkka_unobjected TO tarkka_owner WITH INHERIT FALSE, SET TRUE;
    EXECUTE format('GRANT tarkka_owner TO %I', current_user);
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO tarkka_app', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO tarkka_owner', current_database());
    ALTER DEFAULT PRIVILEGES FOR ROLE tarkka_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER ROLE tarkka_app SET synchronous_commit = on;
    -- What the program wants of a session is set here, so that RESET ALL after each look brings it back.
    ALTER ROLE tarkka_app SET timezone = 'UTC';
    ALTER ROLE tarkka_app SET statement_timeout = '60s';
    ALTER ROLE tarkka_app SET idle_in_transaction_session_timeout = '60s';
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    -- A large object outlives its transaction and knows no policies, so rows could be carried out of a look in one.
    -- Only a superuser can take that away; an administrator who is none finds it done, or is told at the start of the program.
    FOR role IN SELECT f::text FROM unnest(ARRAY['lo_creat(integer)', 'lo_create(oid)', 'lo_from_bytea(oid,bytea)']::regprocedure[]) f
                WHERE has_function_privilege('public', f, 'EXECUTE') LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', role);
    END LOOP;
    GRANT USAGE, CREATE ON SCHEMA public TO tarkka_owner;
    GRANT USAGE ON SCHEMA public TO tarkka_app, tarkka_door, tarkka_seal, tarkka_person, tarkka_household, tarkka_trace, tarkka_audience, tarkka_unobjected, tarkka_lookup, tarkka_trail, tarkka_intake;
END
$$;
