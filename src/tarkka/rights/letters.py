"""Letters of the extracts that were ordered on paper, each made once, into the outbox folder for the printing house.

A letter is written beside its name, the order is then marked as made, and the letter gets its name last: whatever stops
the program, the next run finds whether the order was marked, and ends or forgets the letter.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from tarkka.database.outbox import outbox
from tarkka.documents.pdf import long_pdf
from tarkka.people.actions import look
from tarkka.people.details import ContactKind
from tarkka.people.queries import read_contact, read_person
from tarkka.purchases.queries import source_names
from tarkka.rights.actions import program_for
from tarkka.rights.extract import read_extract
from tarkka.rights.paper import paper
from tarkka.rights.queries import Waiting, waiting
from tarkka.vocabulary import Level


class AlreadyPrinting(Exception):
    """Another process makes the letters now."""


@dataclass(slots=True)
class Printed:
    """What became of the orders: letters made, and those whose person has no postal address any more."""

    made: int = 0
    without_address: int = 0


def print_letters(told: Callable[[float], None]) -> Printed:
    """Make the letter of every order that waits, and tell the share that is done. With the owner's rights.

    Raises AlreadyPrinting; Refused if the description does not let the program make them. (R8; GDPR 12(5), 15)
    """
    printed = Printed()
    with _alone():
        folder, orders, names = outbox(), waiting("extract"), source_names()
        _end_what_was_begun(folder, {order.id for order in orders})
        for done, order in enumerate(orders, start=1):
            if _print_letter(folder, order, names):
                printed.made += 1
            else:
                printed.without_address += 1
            told(done / len(orders))
    return printed


def _print_letter(folder: Path, order: Waiting, names: dict[int, str]) -> bool:
    part = folder / f".extract-{order.id}.part"
    with look(order.person_id, program_for(order.id), at_most=Level.PRODUCT) as raw:
        address, person = read_contact(ContactKind.POST), read_person(order.person_id)
        if address is None or person is None:
            return False
        raw.execute("UPDATE register_extract SET made_at = now() WHERE id = %s AND made_at IS NULL", [order.id])
        extract = read_extract(person.language, names)
        _write(part, long_pdf("rights/extract.typ", paper(extract, address=address), person.language))
    _name(part)
    return True


def _write(part: Path, content: bytes) -> None:
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # the order is not marked before its letter is sure to be there


def _name(part: Path) -> None:
    part.rename(part.with_name(part.name.removeprefix(".").replace(".part", ".pdf")))


def _end_what_was_begun(folder: Path, waiting_ids: set[int]) -> None:
    for part in folder.glob(".extract-*.part"):
        if int(part.name.removeprefix(".extract-").removesuffix(".part")) in waiting_ids:
            part.unlink()
        else:
            _name(part)


@contextmanager
def _alone() -> Iterator[None]:
    lock = ["rights.print_letters"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", lock)
        if cursor.fetchone() != (True,):
            raise AlreadyPrinting("another process makes the letters now")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", lock)
