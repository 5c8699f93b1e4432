-- Who works with the register, and what they prove it with. Read before anybody is known, so not at a look: an account tells about a member
-- of staff, and about no customer. The application's login reads accounts and keeps credentials; it opens no account and invites nobody.

-- One person, one account, for good: the id stands in the trail, so that it is never given to anybody else. The keyed hash of the identity
-- code lets supervision see that somebody looked at their own data; the login cannot read it.
CREATE TABLE staff_account (
    user_id text PRIMARY KEY CHECK (user_id ~ '^[a-z][a-z0-9._@-]{1,63}$'),
    name text NOT NULL CHECK (name <> ''),
    email text NOT NULL CHECK (email <> ''),
    language text NOT NULL CHECK (language IN ('fi', 'sv', 'en')),
    identity_hash bytea CHECK (length(identity_hash) = 32),
    opened_at timestamptz NOT NULL DEFAULT now(),
    opened_by text NOT NULL CHECK (opened_by <> ''),
    closed_at timestamptz,
    closed_by text CHECK (closed_by <> ''),
    CHECK (num_nulls(closed_at, closed_by) IN (0, 2))
);
CREATE UNIQUE INDEX one_account_of_a_person ON staff_account (identity_hash) WHERE closed_at IS NULL;
GRANT SELECT (user_id, name, email, language, opened_at, closed_at) ON staff_account TO tarkka_app;
GRANT SELECT (user_id, identity_hash, closed_at) ON staff_account TO tarkka_door;

-- The password, as Argon2id, and how many guesses at it have come from strange browsers since it was last right.
CREATE TABLE staff_password (
    user_id text PRIMARY KEY REFERENCES staff_account,
    hash text NOT NULL CHECK (hash LIKE 'argon2$argon2id$%'),
    set_at timestamptz NOT NULL DEFAULT now(),
    guesses integer NOT NULL DEFAULT 0
);
GRANT SELECT, INSERT, UPDATE ON staff_password TO tarkka_app;

-- An authenticator app that shows one-time codes. Its secret is encrypted with a key that does not lie in the database.
CREATE TABLE staff_code_app (
    user_id text PRIMARY KEY REFERENCES staff_account,
    secret_sealed bytea NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_code_app TO tarkka_app;

-- A security key or passkey: the public half. One credential belongs to one account.
CREATE TABLE staff_security_key (
    credential_id bytea PRIMARY KEY,
    user_id text NOT NULL REFERENCES staff_account,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    added_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);
CREATE INDEX staff_security_key_user ON staff_security_key (user_id);
GRANT SELECT, INSERT, DELETE, UPDATE (sign_count, used_at) ON staff_security_key TO tarkka_app;

-- An invitation to set new credentials, in place of all earlier ones. Its code was shown once; here lies its hash.
CREATE TABLE staff_invitation (
    hash bytea PRIMARY KEY,
    user_id text NOT NULL REFERENCES staff_account,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL CHECK (made_by <> ''),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX staff_invitation_user ON staff_invitation (user_id);
GRANT SELECT, UPDATE (ended_at) ON staff_invitation TO tarkka_app;
