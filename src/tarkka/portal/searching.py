"""The search of one's purchases: its form, and where the words are kept.

What somebody searches for tells of them, so it never stands in an address: see `tarkka.web.searches`.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.purchases.search import Search
from tarkka.vocabulary import cents
from tarkka.web.searches import keep

MOST_WORDS = 8
Choices = Sequence[tuple[str, str]]
_OF_OUR_TIME = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31)))
"""Days beyond these are slips of the pen, and those at the end of the calendar have no day after them."""


class Words(forms.Field):
    """Words in the order in which they were written, each once; what cannot be seen parts them."""

    def to_python(self, value: object) -> tuple[str, ...]:
        """Return the words."""
        text = unicodedata.normalize("NFC", str(value or ""))
        words = tuple(dict.fromkeys("".join(_seen(character) for character in text).split()))
        if len(" ".join(words)) > 100 or len(words) > MOST_WORDS:
            raise ValidationError(gettext("search.error.words"))
        return words


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    return " " if category == "Cc" else "" if category in ("Cf", "Cs") else character


class Amount(forms.Field):
    """An amount as people write it: `12`, `12,5` or `12.50`. Integer cents."""

    def to_python(self, value: object) -> int | None:
        """Return the cents, or None."""
        text = re.sub(r"\s", "", str(value or "")).replace("\N{MINUS SIGN}", "-").replace(",", ".")
        if not text:
            return None
        try:
            return cents(text)
        except ValueError:
            raise ValidationError(gettext("search.error.amount")) from None


class SearchForm(forms.Form):
    """What may be looked for. Every field may be left empty."""

    words = Words(required=False)
    chain = forms.ChoiceField(required=False)
    group = forms.ChoiceField(required=False)
    first_day = forms.DateField(required=False, validators=_OF_OUR_TIME)
    last_day = forms.DateField(required=False, validators=_OF_OUR_TIME)
    least = Amount(required=False)
    most = Amount(required=False)

    def __init__(self, data: dict[str, str] | None, *, chains: Choices, groups: Choices) -> None:
        """Take what was asked, and the codes and names that there are to choose from."""
        super().__init__(data)
        for name, choices in (("chain", chains), ("group", groups)):
            self.fields[name].choices = sorted(choices, key=lambda choice: choice[1].lower())  # type: ignore[attr-defined]
        for name, message in _MESSAGES.items():
            self.fields[name].error_messages = dict.fromkeys(_WRONG, gettext(message))

    def clean(self) -> dict[str, Any]:
        """Refuse ends that stand the wrong way round."""
        found = super().clean() or self.cleaned_data
        for start, end, message in _ENDS:
            if found.get(start) is not None and found.get(end) is not None and found[start] > found[end]:
                self.add_error(end, gettext(message))
        return found

    @property
    def search(self) -> Search:
        """What is looked for, if the form is valid."""
        found = self.cleaned_data
        return Search(
            words=found["words"],
            chain=found["chain"],
            group=found["group"],
            first_day=found["first_day"],
            last_day=found["last_day"],
            least_cents=found["least"],
            most_cents=found["most"],
        )


_WRONG = ("invalid", "invalid_choice", "min_value", "max_value")
_MESSAGES = {
    "chain": msgid("search.error.choice"),
    "group": msgid("search.error.choice"),
    "first_day": msgid("search.error.day"),
    "last_day": msgid("search.error.day"),
}
_ENDS = (
    ("first_day", "last_day", msgid("search.error.days")),
    ("least", "most", msgid("search.error.amounts")),
)


def keep_search(request: HttpRequest) -> str | None:
    """Keep what the posted form asks for in the session and return the key to it; None if it asks for nothing."""
    asked = {name: request.POST.get(name, "")[:200] for name in SearchForm.base_fields}
    asked = {name: text for name, text in asked.items() if text.strip()}
    if not asked:
        return None
    return keep(request, asked)
