"""A month's Bonus on paper: what the template `portal/documents/bonus.typ` is told, in the reader's language."""

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from tarkka.description.schema import Document
from tarkka.people.queries import Person
from tarkka.portal.reckoning import Line, Month, arithmetic, postings
from tarkka.wording import formats
from tarkka.wording.language import reader_language

TEMPLATE = "portal/documents/bonus.typ"


def paper_of(person: Person, month: Month, document: Document) -> dict[str, object]:
    """Return the data of a statement: texts alone, money and days written as the reader's language writes them."""
    language, currency = reader_language(), document.register.currency
    title = gettext("bonus.statement")

    def rows(lines: Iterable[Line]) -> list[dict[str, object]]:
        return [
            {
                "label": line.label,
                "amount": formats.money(line.amount_cents, currency, language),
                "note": line.note,
                "is_sum": line.is_sum,
            }
            for line in lines
        ]

    benefit = month.reckoned.counted.card_benefit_cents
    return {
        "title": f"{title} · {formats.month(month.first, language)}",
        "person": f"{person.given_name} {person.family_name}",
        "made": gettext("bonus.statement.made %(day)s") % {"day": formats.day(timezone.localdate(), language)},
        "reckoned_title": gettext("bonus.reckoned"),
        "reckoned": rows(arithmetic(month)) if month.has_receipts else [],
        "untold": "" if month.has_receipts else gettext("bonus.month.not_kept"),
        "posted_title": gettext("bonus.posted"),
        "posted": rows(postings(month)) if month.is_closed else [],
        "open": "" if month.is_closed else gettext("bonus.month.open"),
        "card_benefit": gettext("bonus.card_benefit %(sum)s") % {"sum": formats.money(benefit, currency, language)}
        if benefit
        else "",
        "head": [gettext("bonus.what"), gettext("bonus.amount")],
        "rules": gettext("bonus.rules.rounding"),
        "register": " · ".join(
            each.written_in(language) for each in (document.register.name, document.controller.name)
        ),
        "demo": f"{gettext('demo.title')}. {gettext('demo.text')}" if settings.TARKKA_DEMO else "",
    }
