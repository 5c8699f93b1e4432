"""A day as forms and addresses write it, `2026-11-23`; of the register's time zone."""

import re
from datetime import date, datetime

from tarkka.description.queries import load_rulebook
from tarkka.vocabulary import midnight


def day_of(text: str) -> date:
    """Return the day. Raises ValueError if it is none, or none of our time."""
    if not re.fullmatch(r"2\d{3}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("no day of our time")
    return date.fromisoformat(text)


def beginning_of(day: date) -> datetime:
    """Return the moment at which a day begins (aware)."""
    return midnight(day, load_rulebook().time_zone)
