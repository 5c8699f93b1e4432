-- Who is signed in. Read before anybody is known, by a random key that only the browser and the row have; nobody but the application's
-- login uses it. The person stands beside the data, so that signing out ends all of a person's sessions; or the member of staff (`staff`, a
-- user id), and never both.
CREATE TABLE session (
    session_key text PRIMARY KEY,
    session_data text NOT NULL,
    expire_date timestamptz NOT NULL,
    person_id bigint,
    staff text,
    CONSTRAINT a_customers_or_staffs CHECK (num_nonnulls(person_id, staff) < 2)
);
CREATE INDEX session_expiry ON session (expire_date);
CREATE INDEX session_person ON session (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX session_staff ON session (staff) WHERE staff IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO tarkka_app;

-- What may be used once in signing in and was: the hash of a state, a code or a token's id, until it would be refused as too old anyway.
CREATE TABLE sign_in_used (
    hash bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON sign_in_used TO tarkka_app;

-- How often somebody asked for something in a window of time. The key is a keyed hash. Unlogged: after a crash counting begins anew.
CREATE UNLOGGED TABLE request_count (
    key bytea PRIMARY KEY,
    requests integer NOT NULL,
    ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON request_count TO tarkka_app;
