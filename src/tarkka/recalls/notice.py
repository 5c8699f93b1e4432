"""What a recall tells people, in their language: every part that the law asks for, by whichever channel it comes.

Regulation 2023/988 article 36 names the parts: the heading, the product, the hazard, what to do, the remedy, whom to
ask, and that others are told. Food is told of so too (178/2002 article 19).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext

from tarkka.description.queries import load_rulebook
from tarkka.recalls.drafts import Draft, RecallKind, Words
from tarkka.recalls.queries import Certainty, Published
from tarkka.vocabulary import Language
from tarkka.wording import formats

_LONGEST_TEXT = 450
"""Characters of a text message: three of those that it is sent in pieces of."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is read from top to bottom: the heading, then each part with its own, then what stands below."""

    title: str
    parts: tuple[tuple[str, str], ...]
    below: tuple[str, ...]


def notice(recall: Published, language: Language, *, sellers: Sequence[str]) -> Notice:
    """Return what a recall tells everybody. `sellers` are the names of outlets, or of whoever runs all of them."""
    words, draft = recall.draft.words.get(language, Words()), recall.draft
    with translation.override(language):
        product = [words.product]
        if draft.gtins:
            product.append(gettext("recall.notice.gtins %(gtins)s") % {"gtins": ", ".join(draft.gtins)})
        if draft.lots:
            product.append(gettext("recall.notice.lots %(lots)s") % {"lots": ", ".join(draft.lots)})
        sold = [formats.days(draft.first, draft.last, language)] if draft.first and draft.last else []
        parts = (
            (gettext("recall.notice.product"), "\n".join(product)),
            (gettext("recall.notice.sold"), ", ".join([*sold, *sellers])),
            (gettext("recall.notice.hazard"), words.hazard),
            (gettext("recall.notice.instructions"), words.instructions),
            (gettext("recall.notice.remedy"), words.remedy),
            (gettext("recall.notice.contact"), words.contact),
        )
        below = (gettext("recall.notice.share"), gettext("recall.notice.portal"))
        return Notice(_title(recall), tuple((name, text) for name, text in parts if text), below)


def sellers(draft: Draft, language: Language) -> list[str]:
    """Return the names of the outlets that a recall is of; of whoever runs all of them, if it names none."""
    if not draft.outlets:
        controller = load_rulebook().in_force(timezone.now()).description.document.controller
        return [controller.name.written_in(language)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM outlet WHERE code = ANY (%s) ORDER BY name", [list(draft.outlets)])
        return [name for (name,) in cursor.fetchall()]


def why(certainty: Certainty, days: Sequence[date], language: Language) -> tuple[str, str]:
    """Return the part that tells one person why they are told: on which days, in local time, they bought it."""
    with translation.override(language):
        said = {
            Certainty.BOUGHT: gettext("recall.notice.bought %(days)s"),
            Certainty.MAY_HAVE_BOUGHT: gettext("recall.notice.may_have_bought %(days)s"),
        }[certainty]
        told = ", ".join(formats.day(each, language) for each in sorted(set(days)))
        return gettext("recall.notice.why"), said % {"days": told}


def text_message(recall: Published, language: Language) -> str:
    """Return the notice as a text message: the product, what to do and whom to ask. The rest is in the portal."""
    words = recall.draft.words.get(language, Words())
    with translation.override(language):
        said = gettext("recall.notice.text %(title)s %(product)s %(instructions)s %(contact)s") % {
            "title": _title(recall),
            "product": shorten(words.product, 90, placeholder="…"),
            "instructions": shorten(words.instructions, 160, placeholder="…"),
            "contact": shorten(words.contact, 90, placeholder="…"),
        }
    return shorten(said, _LONGEST_TEXT, placeholder="…")


def _title(recall: Published) -> str:
    if recall.draft.kind is RecallKind.FOOD:
        return gettext("recall.notice.title.food")
    return gettext("recall.notice.title.product")
