"""Sealing: every row of a sealed table becomes a leaf once, in time, whatever ends the sealer."""

from typing import Any

from building import a_household
from looking import own_look, rows


def test_event_becomes_a_leaf_under_a_signed_checkpoint(database: str) -> None:
    from tarkka.trail.sealing import seal

    person = a_household(1).persons[0]
    with own_look(person) as look:
        pass
    checkpoint = seal()
    [(index,)] = rows("SELECT index FROM trail_leaf WHERE kind = 'access_event' AND row_id = %s", look.event_id)
    assert checkpoint is not None
    assert index < checkpoint.size


def test_everything_sealed_is_verified(database: str, admin: Any) -> None:
    from tarkka.trail.sealing import seal, signer
    from tarkka.trail.verifying import verify

    a_household(2)
    seal()
    found = verify(admin, signer().verifier)
    assert found.findings == []
    assert found.leaves > 0
