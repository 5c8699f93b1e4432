"""The confidentiality agreement: nobody sees customers' data before they signed the one in force (R21)."""

import pytest

import acting
import browsing
import building
import casework
import staffing
from tarkka import access
from tarkka.vocabulary import Language, Purpose, Role


@pytest.fixture
def unsigned(site):
    """Somebody of customer service with a mandate, who has not signed yet."""
    user_id = staffing.an_account()
    acting.a_mandate(user_id, Role.CUSTOMER_SERVICE, signed=False)
    return user_id, staffing.signed_in(user_id)


def test_until_it_is_signed_the_console_leads_there_and_the_door_is_shut(unsigned):
    user_id, client = unsigned
    for address in ("/console/cases/", "/console/cases/1/"):
        assert client.get(address)["Location"].startswith("/console/agreement/?next=%2Fconsole%2Fcases")
    assert client.post("/console/cases/", {"terms": "Family"})["Location"].startswith("/console/agreement/")
    with (
        pytest.raises(access.Refused, match="no_agreement"),
        access.opened(
            role=Role.CUSTOMER_SERVICE,
            actor=user_id,
            purpose=Purpose.CUSTOMER_SERVICE,
            subject=access.LOOKUP,
            terms="name: Family",
        ),
    ):
        pass  # pragma: no cover
    assert 'href="/console/agreement/"' in client.get("/console/").content.decode()


def test_it_is_signed_with_a_tick_and_leads_back(unsigned):
    from tarkka.access.actions import agreements_signed

    user_id, client = unsigned
    page = client.get("/console/agreement/?next=/console/cases/")
    assert "I undertake to keep secret" in browsing.words(page)
    answer = client.post("/console/agreement/", {"number": "1", "next": "/console/cases/"})
    assert answer.status_code == 422
    assert "Tick that you have read" in browsing.words(answer)
    for wrong in ("2", "", "x"):
        answer = client.post("/console/agreement/", {"number": wrong, "agreed": "on"})
        assert "The agreement changed" in browsing.words(answer)
    assert agreements_signed(user_id) == []
    answer = client.post("/console/agreement/", {"number": "1", "agreed": "on", "next": "/console/cases/"})
    assert answer["Location"] == "/console/cases/"
    assert client.get("/console/cases/").status_code == 200
    said = browsing.words(client.get("/console/agreement/"))
    assert "You signed it" in said
    assert "What you have signed" in said
    [(_, number, _)] = agreements_signed(user_id)
    assert number == 1
    assert (
        client.post("/console/agreement/", {"number": "1", "agreed": "on", "next": "https://elsewhere/"})["Location"]
        == "/console/agreement/?done=signed"
    )


def test_the_text_is_in_the_readers_language(unsigned):
    _, client = unsigned
    client.cookies["tarkka_language"] = Language.FI.value
    assert "Sitoudun pitämään salassa" in browsing.words(client.get("/console/agreement/"))


def test_a_new_text_is_signed_again_before_anything_is_shown(site):
    client = casework.a_clerk()
    with building.administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE description_version SET agreement = agreement + 1")
        try:
            assert client.get("/console/cases/")["Location"].startswith("/console/agreement/")
        finally:
            connection.execute("UPDATE description_version SET agreement = agreement - 1")
    assert client.get("/console/cases/").status_code == 200
