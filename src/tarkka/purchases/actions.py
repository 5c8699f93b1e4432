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


def token_hash(token: str) -> bytes:
    """Return the hash by which a source's token is found. A token has 256 random bits: nobody guesses it back."""
    return hashlib.sha256(token.encode()).digest()
