-- The Merkle log over the sealed tables, of which it holds hashes and nothing personal. Nothing here is ever changed.

-- A leaf: which row it is of, and the hash of the row's entry. `index` counts from 0, without a gap.
CREATE TABLE trail_leaf (
    index bigint PRIMARY KEY CHECK (index >= 0),
    kind text NOT NULL,
    row_id bigint NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    UNIQUE (kind, row_id)
);

-- The tree above the leaves, each eighth level of it: the hash over the 2^level leaves from index · 2^level on.
CREATE TABLE trail_node (
    level smallint NOT NULL CHECK (level > 0 AND level % 8 = 0),
    index bigint NOT NULL CHECK (index >= 0),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, index)
);

-- What was signed: a C2SP checkpoint of the tree of the first `size` leaves. Each becomes a leaf under the next.
CREATE TABLE trail_checkpoint (
    number bigint PRIMARY KEY CHECK (number >= 0),
    size bigint NOT NULL CHECK (size >= 0),
    note text NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX trail_checkpoint_xid ON trail_checkpoint (xid);
CREATE INDEX trail_checkpoint_size ON trail_checkpoint (size);

-- That a person was erased: `digest` is over the rows of trail_erased that came with it, and tells which rows were emptied.
CREATE TABLE erasure (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    acting text NOT NULL CHECK (acting <> ''),
    digest bytea NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
);

-- The commitments of a row that was emptied, which keep its entry what it was.
CREATE TABLE trail_erased (
    kind text NOT NULL,
    row_id bigint NOT NULL,
    erasure_id bigint NOT NULL,
    commitments jsonb NOT NULL,
    PRIMARY KEY (kind, row_id)
);
CREATE INDEX trail_erased_erasure ON trail_erased (erasure_id);

-- From which transaction on a row may still wait to be sealed. A hint, and no record: without it the sealer looks at everything once.
CREATE UNLOGGED TABLE trail_progress (since xid8 NOT NULL);

CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_leaf FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_node FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_erased FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON erasure FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();

ALTER TABLE erasure ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY erases ON erasure FOR INSERT TO tarkka_seal WITH CHECK (true);
GRANT INSERT ON erasure TO tarkka_seal;
GRANT SELECT, INSERT ON trail_leaf, trail_erased TO tarkka_seal;
GRANT SELECT, INSERT, DELETE ON trail_progress TO tarkka_seal;
-- The program grows the tree and signs: a wrong node or checkpoint is found, and a right one needs the key.
GRANT SELECT ON trail_leaf TO tarkka_app;
GRANT SELECT, INSERT ON trail_node, trail_checkpoint TO tarkka_app;
