"""What a person sees of a recall besides its notice: looks told as its own, and what may be erased once it ended."""

import pytest

import browsing
from acting import a_case, a_mandate
from building import a_household, administrator
from looking import own_look
from recalling import a_recall_of, an_ended_recall_of
from requesting import a_request, an_officer
from tarkka import access
from tarkka.vocabulary import Purpose, RequestKind, Role


@pytest.mark.parametrize("language", ["en"])
def test_look_for_a_recall_is_told_by_the_recalls_number_and_as_no_case(site: object, language: str) -> None:
    person = a_household(1).persons[0]
    number = a_recall_of(person)
    a_mandate("seen-clerk", Role.CUSTOMER_SERVICE)
    case = int(a_case(person, "seen-clerk"))
    with administrator() as connection:
        # A case of the same number: it is another thing.
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE service_case SET id = id + 1000000 WHERE id = %s", [number])
        connection.execute("UPDATE service_case SET id = %s WHERE id IN (%s, %s)", [number, case, case + 1_000_000])
    look = {"role": Role.AUTOMATIC, "actor": "test", "purpose": Purpose.RECALL, "case_ref": str(number)}
    with access.opened(**look, subject=access.person(person)):
        pass
    words = browsing.words(browsing.signed_in(person).get("/looks/"))
    assert f"Recalls of dangerous products Recall {number}" in words


@pytest.mark.parametrize("runs", [True, False])
def test_what_a_recall_found_is_erased_once_it_has_ended(database: str, runs: bool) -> None:
    from tarkka.people.actions import look
    from tarkka.rights.upheld import erase, read_erasable

    person, officer = a_household(1).persons[0], an_officer()
    recall = (a_recall_of if runs else an_ended_recall_of)(person)
    if not runs:
        with administrator() as connection:
            connection.execute("INSERT INTO recall_acknowledgement VALUES (%s, %s, now())", [recall, person])
            connection.execute(
                "INSERT INTO recall_notice (recall_id, person_id, channel, use_safety_contact, state, told_at)"
                " VALUES (%s, %s, 'portal', false, 'told', now())",
                [recall, person],
            )
    request = a_request(person, RequestKind.ERASURE)
    with look(person, officer):
        told = [(each.what, each.stays) for each in read_erasable() if each.what == "recall_person"]
    assert told == [("recall_person", runs)]
    erase(person, request, acting=officer)
    with own_look(person):
        from looking import count

        assert count("recall_person") == int(runs)
    with administrator() as connection:
        for table in ("recall_acknowledgement", "recall_notice"):
            assert connection.execute(f"SELECT FROM {table} WHERE person_id = %s", [person]).fetchall() == []
