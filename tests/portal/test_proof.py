"""The proof of a look, downloaded at the page of looks: of one's own, and of nobody else's."""

import pytest

import browsing
import building
from looking import own_look
from tarkka.vocabulary import Purpose, Role


@pytest.fixture
def look(site: str) -> tuple[tuple[int, ...], int]:
    """Two people of one household, and a sealed look at the first."""
    from tarkka.trail.sealing import seal

    persons = building.a_household(2).persons
    with own_look(persons[0], role=Role.AUTOMATIC, actor="job", purpose=Purpose.REGISTER_UPKEEP) as opened:
        pass
    seal()
    return persons, opened.event_id


def test_proof_is_downloaded_as_a_file(look: tuple[tuple[int, ...], int]) -> None:
    persons, event = look
    answer = browsing.signed_in(persons[0]).get(f"/looks/{event}/proof.json")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="proof-{event}.json"'
    assert answer.json()["event"] == event
    assert f"/looks/{event}/proof.json" in browsing.signed_in(persons[0]).get("/looks/").content.decode()


def test_another_gets_404(look: tuple[tuple[int, ...], int]) -> None:
    persons, event = look
    assert browsing.signed_in(persons[1]).get(f"/looks/{event}/proof.json").status_code == 404
