-- What the register description says, as the tables that the door and the intake obey. Nothing here is personal data.
-- A published version never changes: not by the application, which may only read, and not by the owner, whom the triggers stop.

CREATE TYPE level AS ENUM ('TOTAL', 'GROUP', 'PRODUCT');

-- A version and an announcement are sealed into the trail: see `xid` and `salt` in the access room's tables.

-- One published version: the file as it was, and as JSON what it says to hold from `effective_on` (in its own time zone).
-- `compiled` is text, because jsonb would lose the order in which people read it; the digest is of exactly that text.
CREATE TABLE description_version (
    number       integer PRIMARY KEY CHECK (number > 0),
    effective_on date NOT NULL UNIQUE,
    time_zone    text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    published_by text NOT NULL CHECK (published_by <> ''),
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    salt         bytea DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
    digest       bytea NOT NULL CHECK (digest = sha256(convert_to(compiled, 'UTF8'))),
    source       text NOT NULL,
    compiled     text NOT NULL CHECK (compiled IS JSON OBJECT),
    agreement    integer NOT NULL
);

-- How finely a version collects: one level a chain and channel (R4).
CREATE TABLE description_level (
    version integer NOT NULL REFERENCES description_version,
    chain   text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('store', 'web')),
    level   level NOT NULL,
    PRIMARY KEY (version, chain, channel)
);

-- What a version lets each role use data for, and on whom. `lowered_by_…` is the level that an objection leaves; NULL: not touched.
-- `under_restriction`: also of somebody whose data is restricted (GDPR 18).
CREATE TABLE description_use (
    version           integer NOT NULL REFERENCES description_version,
    purpose           text NOT NULL,
    role              text NOT NULL,
    subject_kind      text NOT NULL CHECK (subject_kind IN ('audience', 'household', 'lookup', 'person', 'trace', 'trail')),
    level             level NOT NULL,
    basis             text NOT NULL,
    person_needs_case boolean NOT NULL,
    staff             boolean NOT NULL,
    lowered_by_a      level,
    lowered_by_b      level,
    under_restriction boolean NOT NULL,
    PRIMARY KEY (version, purpose, role, subject_kind),
    CONSTRAINT household_is_total CHECK (subject_kind <> 'household' OR level = 'TOTAL')
);

-- What a case of each situation shows of its person and how finely, for how long, and which objections do not lower it (R23).
CREATE TABLE description_situation (
    version     integer NOT NULL REFERENCES description_version,
    situation   text NOT NULL,
    shows       text[] NOT NULL,
    level       level NOT NULL,
    minutes     integer NOT NULL CHECK (minutes > 0),
    one_receipt boolean NOT NULL,
    kept_under  text[] NOT NULL,
    break_glass boolean NOT NULL,
    PRIMARY KEY (version, situation)
);

-- That a change was announced: in which channel, on which day, for which content and effective day (R32).
CREATE TABLE description_announcement (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest       bytea NOT NULL CHECK (length(digest) = 32),
    effective_on date NOT NULL,
    channel      text NOT NULL,
    announced_on date NOT NULL CHECK (announced_on <= effective_on),
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    recorded_by  text NOT NULL CHECK (recorded_by <> ''),
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    salt         bytea DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
    UNIQUE (digest, effective_on, channel)
);

-- Stops every change of what was published. Rows of a version's own tables may be added only as the version itself is.
CREATE FUNCTION description_is_immutable() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: what was published never changes', TG_OP, TG_TABLE_NAME
        USING HINT = 'Publish a new version with: tarkka description publish FILE --effective-on DATE', ERRCODE = 'restrict_violation';
END $$;

-- A row of a published version comes in the transaction that publishes it, or not at all.
CREATE FUNCTION description_is_complete() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM description_version v
                   WHERE v.number = NEW.version AND v.xmin = pg_current_xact_id()::xid) THEN
        RAISE EXCEPTION 'INSERT into % refused: version % was published earlier and never changes', TG_TABLE_NAME, NEW.version
            USING HINT = 'Publish a new version with: tarkka description publish FILE --effective-on DATE', ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON description_version
    FOR EACH STATEMENT EXECUTE FUNCTION description_is_immutable();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON description_level
    FOR EACH STATEMENT EXECUTE FUNCTION description_is_immutable();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON description_use
    FOR EACH STATEMENT EXECUTE FUNCTION description_is_immutable();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON description_situation
    FOR EACH STATEMENT EXECUTE FUNCTION description_is_immutable();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON description_announcement
    FOR EACH STATEMENT EXECUTE FUNCTION description_is_immutable();
CREATE TRIGGER complete BEFORE INSERT ON description_level
    FOR EACH ROW EXECUTE FUNCTION description_is_complete();
CREATE TRIGGER complete BEFORE INSERT ON description_use
    FOR EACH ROW EXECUTE FUNCTION description_is_complete();
CREATE TRIGGER complete BEFORE INSERT ON description_situation
    FOR EACH ROW EXECUTE FUNCTION description_is_complete();

GRANT SELECT ON description_version, description_level, description_use, description_situation, description_announcement TO tarkka_app, tarkka_door;
