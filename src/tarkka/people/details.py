"""How a person may be reached, and what they wished to be sent: the kinds, and what of them is right.

A person has one contact of each kind, and another of each kind for notices of danger alone (Regulation 2023/988
article 35), which no other purpose sees.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from tarkka.vocabulary import Purpose


class ContactKind(StrEnum):
    """The ways in which a person can be reached."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach the person."""

    kind: ContactKind
    value: str
    for_safety_only: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What is sent for which purpose by which kind of contact. A purpose that is declared has at most one of a kind."""

    purpose: Purpose
    kind: ContactKind


RECEIPTS_BY_EMAIL = Wish(Purpose.SERVICES, ContactKind.EMAIL)
"""Each receipt as it comes in (R27)."""
WISHES = (
    Wish(Purpose.MARKETING, ContactKind.EMAIL),
    Wish(Purpose.MARKETING, ContactKind.POST),
    RECEIPTS_BY_EMAIL,
)
"""All that can be wished for. Nothing of it is sent to whoever has not said so."""


class WrongContact(ValueError):
    """What was given is no such way to reach somebody. `code` tells why; the message quotes nothing of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_MOST = {ContactKind.EMAIL: 254, ContactKind.PHONE: 40, ContactKind.POST: 300}
_is_email = EmailValidator()


def checked_contact(kind: ContactKind, text: str) -> str:
    """Return the contact as it is kept: an e-mail address, a phone number as E.164 writes it, or an address in lines.

    Raises WrongContact with the code `empty`, `too_long`, `email`, `phone` or `post`. A phone number without a country
    code is taken for a Finnish one; a postal address is two to six lines with a number in it.
    """
    text = text.strip()
    if not text:
        raise WrongContact("empty")
    if len(text) > _MOST[kind]:
        raise WrongContact("too_long")
    if kind is ContactKind.EMAIL:
        return _checked_email(text)
    return _checked_phone(text) if kind is ContactKind.PHONE else _checked_post(text)


def _checked_email(text: str) -> str:
    try:
        _is_email(text)
    except ValidationError:
        raise WrongContact("email") from None
    return text


def _checked_phone(text: str) -> str:
    number = re.sub(r"[\s()./-]", "", text)
    number = re.sub(r"^00", "+", number)
    number = re.sub(r"^0", "+358", number)
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number, re.ASCII):
        raise WrongContact("phone")
    return number


def _checked_post(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    address = "\n".join(lines)
    if not 2 <= len(lines) <= 6 or not re.search(r"\d", address) or not address.replace("\n", "").isprintable():
        raise WrongContact("post")
    return address
