"""Reading the trail: the newest checkpoint, and the proof that an event of the look's person is in it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from tarkka.trail.sealing import signer, stored
from tarkka.trail.tree import inclusion


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf that is about an event. `key` opens the blinded column `opened`; both are None if none is the person's."""

    index: int
    entry: str
    opened: str | None
    key: bytes | None
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class Proof:
    """That an event is in the trail: its leaves, with their paths to the root of the checkpoint, which is signed."""

    event_id: int
    leaves: list[Leaf]
    checkpoint: str
    vkey: str

    def as_json(self) -> dict[str, Any]:
        """Return it as the file that a customer keeps, and docs/verify_proof.py checks."""
        leaves = [
            {"index": leaf.index, "entry": leaf.entry, "path": [each.hex() for each in leaf.path]}
            | ({"opened": leaf.opened, "key": leaf.key.hex()} if leaf.key else {})
            for leaf in self.leaves
        ]
        return {"event": self.event_id, "leaves": leaves, "checkpoint": self.checkpoint, "vkey": self.vkey}


def newest_checkpoint() -> str | None:
    """Return the newest signed checkpoint; None if nothing was sealed yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM trail_checkpoint ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    return str(row[0]) if row else None


def proof(event_id: int) -> Proof | None:
    """Return the proof of an event that the present look's person may see; None for another, or while it waits.

    Inside the door, at a look at the person (R22). An event waits for some seconds until it is sealed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT index, entry, opened, key FROM trail.proof(%s)", [event_id])
        found = cursor.fetchall()
    note = newest_checkpoint()
    if not found or note is None:
        return None
    verifier, read = signer().verifier, stored()
    size = verifier.read(note).size
    leaves = [
        Leaf(index, entry, opened, key and bytes(key), inclusion(read, index, size))
        for index, entry, opened, key in found
    ]
    return Proof(event_id, leaves, note, verifier.vkey())
