"""What the program refuses to run on: a server that may lose a commit, or a login that could pass by the policies."""

import psycopg


class UnsafeDatabase(Exception):  # noqa: N818  # it names the state of the database, not a mistake of the caller
    """The server or the login is not safe for a register. The message lists every reason and its remedy."""


_DURABILITY = """
SELECT format('%s is off; set it to on in the server''s configuration, or a crash may lose what was promised to be kept', name)
FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'
UNION ALL
SELECT format('synchronous_commit is %s; set it to on for this login, or an access event may be lost after its data was shown', setting)
FROM pg_settings WHERE name = 'synchronous_commit' AND setting NOT IN ('on', 'remote_write', 'remote_apply')
UNION ALL
SELECT format('max_locks_per_transaction is %s; set it to at least 256, or reads over many partitions fail under load', setting)
FROM pg_settings WHERE name = 'max_locks_per_transaction' AND setting::int < 256
UNION ALL
SELECT format('the server is PostgreSQL %s; the register needs 18 or later', current_setting('server_version'))
WHERE current_setting('server_version_num')::int < 180000
"""

# Every role that the login is, inherits or may switch to: none may read a personal table past its policies.
_LOGIN = """
WITH reachable AS (
    SELECT oid, rolname, rolsuper, rolbypassrls FROM pg_roles
    WHERE rolname = session_user OR pg_has_role(session_user, oid, 'SET') OR pg_has_role(session_user, oid, 'USAGE')
)
SELECT format('the login %s can act as %s, a superuser; give the application a login of its own (tarkka_app)', session_user, rolname)
FROM reachable WHERE rolsuper
UNION ALL
SELECT DISTINCT format('the login %s can act as %s, which bypasses row-level security and may read %s; revoke SELECT', session_user, rolname, c.relname)
FROM reachable r JOIN pg_class c ON c.relrowsecurity AND has_any_column_privilege(r.oid, c.oid, 'SELECT')
WHERE r.rolbypassrls AND NOT r.rolsuper
UNION ALL
SELECT DISTINCT format('the login %s can act as %s, which owns the table %s and could switch its policies off; revoke that membership', session_user, rolname, c.relname)
FROM reachable r JOIN pg_class c ON c.relrowsecurity AND c.relowner = r.oid
WHERE NOT r.rolsuper
"""


def refuse_unsafe(connection: psycopg.Connection[tuple[str]]) -> None:
    """Raise `UnsafeDatabase` with every reason not to start on this server with this login; return if there is none.

    The connection must be the application's own: what is checked is its session's settings and its roles.
    """
    reasons = [row[0] for row in connection.execute(_DURABILITY)]
    reasons += [row[0] for row in connection.execute(_LOGIN)]
    if reasons:
        raise UnsafeDatabase("Tarkka does not start on this database:\n" + "\n".join(f"- {reason}" for reason in reasons))
