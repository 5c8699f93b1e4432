"""This room has no table of its own: what it fills lies with the purchases that it is about."""

from tarkka.vocabulary import PersonalTable

PERSONAL: dict[str, PersonalTable] = {}

NOT_PERSONAL: dict[str, str] = {}
