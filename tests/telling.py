"""People who can be told of recalls, a queue that tells them, and what became of it. Needs the `database` fixture."""

from typing import Any

from building import a_household, administrator
from looking import rows
from recalling import a_recall_of, an_officer
from tarkka.jobs.working import Patience, work
from tarkka.people.details import ContactKind
from tarkka.vocabulary import Purpose, Role

EMAIL, PHONE, POST = ContactKind.EMAIL, ContactKind.PHONE, ContactKind.POST
VALUES = {EMAIL: "{}@example.org", PHONE: "+35840{}", POST: "Street {}\n00100 Helsinki"}


def somebody(*kinds: ContactKind, safety: tuple[ContactKind, ...] = ()) -> int:
    """Register a person who can be reached in these ways and no other."""
    from tarkka.people.actions import change_contact, customer, remove_contact

    person = a_household(1).persons[0]
    remove_contact(person, EMAIL, acting=customer(person))
    for kind in kinds:
        change_contact(person, kind, VALUES[kind].format(1_000_000 + person), acting=customer(person))
    for kind in safety:
        value = VALUES[kind].format(5_000_000 + person)
        change_contact(person, kind, value, for_safety_only=True, acting=customer(person))
    return person


def queued(*people: int) -> int:
    """Let a recall find these people, as its trace would, and queue telling them. Return the recall's number."""
    number = a_recall_of(*people)
    queue(number)
    return number


def queue(recall_id: int) -> None:
    from tarkka import access
    from tarkka.recalls.tracing import TRACE

    look = {"role": Role.AUTOMATIC, "actor": "test", "purpose": Purpose.RECALL, "subject": TRACE}
    with access.opened(**look, case_ref=str(recall_id)) as opened:
        rows("SELECT recalls.tell_found()")
        opened.cover([])


def deliver(patience: Patience | None = None) -> None:
    """Work the queue off, as far as it can be now."""
    from tarkka.recalls.delivery import tell

    work({"recalls.tell": tell}, until_empty=True, patience=patience)


def notices(recall_id: int, person: int) -> dict[str, str]:
    """What became of each channel; the portal told everybody."""
    found = rows_of_owner(
        "SELECT CASE WHEN use_safety_contact THEN 'safety ' ELSE '' END || channel, state FROM recall_notice"
        " WHERE recall_id = %s AND person_id = %s",
        recall_id,
        person,
    )
    told = dict(found)
    assert told.pop("portal") == "told"
    return told


def rows_of_owner(query: str, *parameters: object) -> list[Any]:
    with administrator() as admin:
        return admin.execute(query, parameters).fetchall()


def number_of(recall_id: int, person: int, channel: str) -> int:
    [(number,)] = rows_of_owner(
        "SELECT id FROM recall_notice WHERE recall_id = %s AND person_id = %s AND channel = %s",
        recall_id, person, channel,
    )  # fmt: skip
    return number


def attempts(recall_id: int, person: int, channel: str) -> int:
    number = number_of(recall_id, person, channel)
    [(found,)] = rows_of_owner("SELECT attempts FROM recall_notice WHERE id = %s", number)
    return found


def progress(recall_id: int) -> Any:
    from tarkka.recalls.queries import read_progress

    return read_progress(recall_id, acting=an_officer())
