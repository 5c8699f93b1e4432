"""A customer's proof of an event opens what is theirs and nobody else's, and is checked offline by the script of docs/."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from building import Household, a_household
from looking import own_look
from tarkka.vocabulary import Purpose, Role, SubjectKind

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_proof.py"
PROVEN = "Proven: this stands in the log, and the checkpoint is signed."


@pytest.fixture(scope="module")
def home(database: str) -> Household:
    return a_household(2)


def look_at(subject: Any, **changes: Any) -> Any:
    from tarkka import access

    return access.opened(
        **{"role": Role.AUTOMATIC, "actor": "job", "purpose": Purpose.REGISTER_UPKEEP, "subject": subject} | changes
    )


def proof_of(person: int, event_id: int) -> dict[str, Any] | None:
    from tarkka.trail.queries import proof
    from tarkka.trail.sealing import seal

    seal()
    with own_look(person):
        found = proof(event_id)
    return found and found.as_json()


def checked(tmp_path: Path, proof: Any, person: int, *vkey: str) -> tuple[int, str]:
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    command = [sys.executable, "-I", str(SCRIPT), str(tmp_path / "proof.json"), str(person), *vkey]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_event_on_a_person_is_proven_to_them(tmp_path: Path, home: Household) -> None:
    from tarkka import access
    from tarkka.trail.sealing import signer

    me = home.persons[0]
    with look_at(access.person(me)) as look:
        pass
    proof = proof_of(me, look.event_id)
    assert proof is not None
    [leaf] = proof["leaves"]
    entry = json.loads(leaf["entry"])
    assert (entry["purpose"], entry["role"], entry["id"]) == ("register_upkeep", "automatic", look.event_id)
    assert "job" not in json.dumps(proof)
    assert leaf["opened"] == "subject_id"
    code, out = checked(tmp_path, proof, me, signer().verifier.vkey())
    assert (code, PROVEN in out) == (0, True), out


@pytest.mark.parametrize("people", [1, 2])
def test_event_on_a_group_is_proven_to_whoever_was_in_it(tmp_path: Path, home: Household, people: int) -> None:
    from tarkka import access

    with look_at(access.Subject(SubjectKind.TRACE), purpose=Purpose.STATISTICS) as look:
        look.cover(home.persons[:people])
    for place, person in enumerate(home.persons):
        proof = proof_of(person, look.event_id)
        if place >= people:
            assert proof is None
        else:
            assert proof is not None
            assert [leaf.get("opened") for leaf in proof["leaves"]] in ([None, "person_id"], ["person_id", None])
            assert checked(tmp_path, proof, person)[0] == 0


def test_event_on_everyone_is_proven_to_anybody(tmp_path: Path, home: Household) -> None:
    from tarkka import access

    with look_at(access.Subject(SubjectKind.TRACE), purpose=Purpose.STATISTICS) as look:
        look.cover_everyone()
    code, out = checked(tmp_path, proof_of(home.persons[0], look.event_id), home.persons[0])
    assert (code, "names nobody" in out, PROVEN in out) == (0, True, True), out


def test_nobody_elses_event_is_proven(home: Household) -> None:
    from tarkka import access

    with look_at(access.person(home.persons[0])) as look:
        pass
    assert proof_of(home.persons[1], look.event_id) is None
    assert proof_of(home.persons[0], 2**62) is None


def test_event_that_waits_is_not_proven_yet(home: Household) -> None:
    from tarkka import access
    from tarkka.trail.queries import proof

    with look_at(access.person(home.persons[0])) as look:
        pass
    with own_look(home.persons[0]):
        assert proof(look.event_id) is None


def _of_another(proof: dict[str, Any]) -> None:
    proof["event"] += 1


def _entry(proof: dict[str, Any]) -> None:
    proof["leaves"][0]["entry"] = proof["leaves"][0]["entry"].replace("upkeep", "updeep")


def _key(proof: dict[str, Any]) -> None:
    proof["leaves"][0]["key"] = "00" * 32


def _path(proof: dict[str, Any]) -> None:
    proof["leaves"][0]["path"][0] = "00" * 32


def _short(proof: dict[str, Any]) -> None:
    proof["leaves"][0]["path"].pop()


def _index(proof: dict[str, Any]) -> None:
    proof["leaves"][0]["index"] += 1


def _size(proof: dict[str, Any]) -> None:
    origin, size, rest = proof["checkpoint"].split("\n", 2)
    proof["checkpoint"] = f"{origin}\n{int(size) + 1}\n{rest}"


def _signature(proof: dict[str, Any]) -> None:
    text, signed = proof["checkpoint"].split("\n\n")
    proof["checkpoint"] = (
        text
        + "\n\n"
        + "\n".join(line[:60] + ("A" if line[60] != "A" else "B") + line[61:] for line in signed.splitlines())
        + "\n"
    )


@pytest.mark.parametrize(
    ("breaking", "told"),
    [
        (_of_another, "of another event"), (_entry, "not in the tree"), (_key, "of another person"), (_path, "not in the tree"),
        (_short, "not in the tree"), (_index, "not in the tree"), (_size, "signature is wrong"), (_signature, "signature is wrong"),
    ],
)  # fmt: skip
def test_broken_proof_is_refused(
    tmp_path: Path, home: Household, breaking: Callable[[dict[str, Any]], None], told: str
) -> None:
    from tarkka import access

    with look_at(access.person(home.persons[0])) as look:
        pass
    proof = proof_of(home.persons[0], look.event_id)
    assert proof is not None
    breaking(proof)
    code, out = checked(tmp_path, proof, home.persons[0])
    assert code == 1
    assert told in out, out


def test_proof_is_nobody_elses(tmp_path: Path, home: Household) -> None:
    from tarkka import access
    from tarkka.trail.note import Signer

    with look_at(access.person(home.persons[0])) as look:
        pass
    proof = proof_of(home.persons[0], look.event_id)
    code, out = checked(tmp_path, proof, home.persons[1])
    assert (code, "of another person" in out) == (1, True)
    code, out = checked(tmp_path, proof, home.persons[0], Signer(bytes(32)).verifier.vkey())
    assert (code, "not signed with this key" in out) == (1, True)
