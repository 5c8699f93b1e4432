"""What operators write: outlets, product groups, sources. Run with the owner's rights, never by a request."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence

from django.db import connections, transaction


class OutletOfAnotherChain(ValueError):
    """A known outlet was given a chain that is not its own."""


def register_outlets(outlets: Iterable[tuple[str, str, str]]) -> int:
    """Register outlets as (code, name, chain), no code twice; a known one gets the new name.

    Returns how many were given. Raises OutletOfAnotherChain, having written nothing: at which level a purchase may be
    kept is told by its chain, channel and date (R4), and another chain would tell it anew of purchases of the past.
    """
    rows = list(outlets)
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO outlet (code, name, chain) SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])
            ON CONFLICT (code) DO UPDATE SET name = excluded.name WHERE outlet.chain = excluded.chain
            RETURNING code
            """,
            [[row[place] for row in rows] for place in range(3)],
        )
        if moved := sorted({row[0] for row in rows} - {code for (code,) in cursor.fetchall()}):
            raise OutletOfAnotherChain(f"registered under another chain: {', '.join(moved)}")
    return len(rows)


def register_groups(groups: Iterable[tuple[str, str, str, str]]) -> int:
    """Register product groups as (code, name in fi, in sv, in en), no code twice; a known one gets the new names.

    Returns how many were given.
    """
    rows = list(groups)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO product_group (code, name_fi, name_sv, name_en)
            SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
            ON CONFLICT (code)
            DO UPDATE SET name_fi = excluded.name_fi, name_sv = excluded.name_sv, name_en = excluded.name_en
            """,
            [[row[place] for row in rows] for place in range(4)],
        )
    return len(rows)


class UnknownOutlet(LookupError):
    """An outlet code that is not registered."""


def register_source(name: str, *, chains: Sequence[str] = (), outlets: Sequence[str] = ()) -> str:
    """Register a source that may speak for these chains and outlets (codes); return its token, which is kept nowhere.

    Raises UnknownOutlet, or django.db.IntegrityError if the name is taken.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("INSERT INTO source (name, token_hash) VALUES (%s, %s) RETURNING id", [name, token_hash(token)])
        source_id = cursor.fetchone()[0]
        for chain in chains:
            cursor.execute("INSERT INTO source_scope (source_id, chain) VALUES (%s, %s)", [source_id, chain])
        for outlet in outlets:
            cursor.execute(
                "INSERT INTO source_scope (source_id, outlet_id) SELECT %s, id FROM outlet WHERE code = %s",
                [source_id, outlet],
            )
            if not cursor.rowcount:
                raise UnknownOutlet(f"no outlet has the code {outlet}: register it first")
    return token


class UnknownSource(LookupError):
    """A name that no source has, or one whose source has ended."""


def end_source(name: str) -> None:
    """Take no more receipts from a source: it speaks for nothing, and its token is none. Its receipts stay its own.

    Raises UnknownSource.
    """
    with transaction.atomic("owner"):
        source_id = _living_source(name)
        with connections["owner"].cursor() as cursor:
            cursor.execute("DELETE FROM source_scope WHERE source_id = %s", [source_id])
        _new_token(source_id)  # told to nobody


def renew_token(name: str) -> str:
    """Give a source a new token and return it; it is kept nowhere, and the old one ends at once.

    Raises UnknownSource.
    """
    with transaction.atomic("owner"):
        return _new_token(_living_source(name))


def _living_source(name: str) -> int:
    """The id of a source that has not ended, which is then ours until the transaction ends."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id FROM source WHERE name = %s FOR UPDATE", [name])
        found = cursor.fetchone()
        if not found:
            raise UnknownSource(f"there is no source named {name}")
        # A statement of its own, so that it sees what whoever held the lock before has done.
        cursor.execute("SELECT EXISTS (SELECT FROM source_scope WHERE source_id = %s)", found)
        if not cursor.fetchone()[0]:
            raise UnknownSource(f"the source named {name} has ended")
    return int(found[0])


def _new_token(source_id: int) -> str:
    token = secrets.token_urlsafe(32)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE source SET token_hash = %s WHERE id = %s", [token_hash(token), source_id])
    return token


def token_hash(token: str) -> bytes:
    """Return the hash by which a source's token is found. A token has 256 random bits: nobody guesses it back."""
    return hashlib.sha256(token.encode()).digest()
