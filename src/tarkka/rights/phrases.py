"""How an extract's paper words what it tells again and again, in the person's language."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any

from django.utils.translation import gettext

from tarkka.description.schema import Document
from tarkka.vocabulary import Language, Level
from tarkka.wording import formats

SEPARATOR = " · "


class Phrases:
    """The phrases of one paper. To be used while its language is the active one."""

    def __init__(self, language: Language, document: Document) -> None:
        self._language = language
        self._document = document
        # A long paper says the same few things tens of thousands of times.
        self.money = cache(lambda units, currency: formats.money(int(units * 100), currency, language))
        self.amount = cache(lambda units: formats.amount(int(units * 100), language))
        self.number = cache(partial(formats.number, language=language))
        self.vat = cache(lambda rate: gettext("extract.vat %(rate)s") % {"rate": formats.rate(rate, language)})
        self.day = cache(partial(formats.day, language=language))
        self._month = cache(partial(formats.month, language=language))
        self._clock = cache(partial(formats.clock, language=language))
        self._said = cache(gettext)
        self._at = gettext("time.at %(day)s %(time)s")
        self._version = gettext("extract.version %(number)s")

    def moment(self, at: datetime) -> str:
        """Return day and time of a time of the register's zone."""
        minute = at.time().replace(second=0, microsecond=0)
        return self._at % {"day": self.day(at.date()), "time": self._clock(minute)}

    def month(self, at: datetime) -> str:
        """Return the month of a time of the register's zone."""
        return self._month(at.date().replace(day=1))

    def period(self, start: datetime, end: datetime | None) -> str:
        """Return from when until when; an end that is not known is left open."""
        return f"{self.moment(start)} – {self.moment(end) if end else ''}".rstrip()

    def act(self, at: datetime | None, place: str | None, version: int | None) -> str:
        """Return when, where and under which version of the description something was done; "" if it was not."""
        if at is None or place is None or version is None:
            return ""
        return SEPARATOR.join([self.moment(at), self.place(place), self.version(version)])

    def word(self, code: str, of: Mapping[Any, str]) -> str:
        """Return the word for a code; one that has none is shown as the source wrote it."""
        return self._said(of[code]) if code in of else code

    def law(self, article: str, law: str | None) -> str:
        """Return the article of the regulation, and the law that goes with it."""
        return f"GDPR {article}" + (f"; {law}" if law else "")

    def level(self, name: str) -> str:
        """Return what the description calls a level."""
        return self.named(self._document.level, Level[name])

    def named(self, table: Mapping[Any, Any], code: object) -> str:
        """Return what the description calls it; what it no longer has is shown as it is."""
        return table[code].name.written_in(self._language) if code in table else str(code)

    def chain(self, code: str) -> str:
        """Return what the description calls a chain."""
        return self.named(self._document.chain, code)

    def place(self, place: str) -> str:
        """Return what the description calls a place of service."""
        return self.named(self._document.place, place)

    def version(self, number: int) -> str:
        """Return the number of a version of the description, in words."""
        return self._version % {"number": number}


def table(title: str, head: list[str], found: list[list[str]], *, text: str = "") -> dict[str, object]:
    """Return a table of `extract.typ`: its rows under a title, a head and some lines of text."""
    return {"title": title, "head": head, "rows": found, "text": text}
