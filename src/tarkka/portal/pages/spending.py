"""My spending: by month, chain, product group and product, beside an earlier period (R28).

It is a service made of purchase data, so the door opens it for `Purpose.SERVICES`: the description and the customer's
objections decide how finely it may read, and the page says so (R16).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_safe

from tarkka.description.queries import load_rulebook
from tarkka.description.schema import Document
from tarkka.description.value import lowered_to
from tarkka.people.queries import objections_in_force, read_person
from tarkka.portal.looking import service_look
from tarkka.portal.periods import Step, asked_period, month_columns, month_names, span_name, span_of
from tarkka.portal.signing_in import signed_in
from tarkka.purchases.kept import load_kept
from tarkka.purchases.spending import Breakdown, Spending, group_names, product_names, read_spending
from tarkka.vocabulary import Level, Objection, Purpose, Span, months_later
from tarkka.web import charts
from tarkka.web.templatetags.described import named_in
from tarkka.wording import formats
from tarkka.wording.language import reader_language

DRAWN, LISTED = 10, 50
"""How many parts the chart draws and the table lists at most, the largest first; if several are left, as one row."""
_BACK = {"month": 1, "year": 12}
"""How many months back a month's comparison lies, as an address says it."""
_COMPARED = {"month": msgid("spending.with.month"), "year": msgid("spending.with.year")}
_BY = {
    Breakdown.CHAIN: msgid("spending.by.chain"),
    Breakdown.GROUP: msgid("spending.by.group"),
    Breakdown.PRODUCT: msgid("spending.by.product"),
}
_PART = {
    Breakdown.CHAIN: msgid("spending.chain"),
    Breakdown.GROUP: msgid("spending.group"),
    Breakdown.PRODUCT: msgid("spending.product"),
}
_DROPPED = {
    Level.PRODUCT: msgid("spending.dropped.product %(before)s"),
    Level.GROUP: msgid("spending.dropped.group %(before)s"),
    Level.TOTAL: msgid("spending.dropped.total %(before)s"),
}
_OTHERS = {
    Breakdown.CHAIN: msgid("spending.chain.others %(count)s"),
    Breakdown.GROUP: msgid("spending.group.others %(count)s"),
    Breakdown.PRODUCT: msgid("spending.product.others %(count)s"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: a year or one of its months, divided by what, compared with which period."""

    year: int
    month: int | None
    by: Breakdown | None
    compared: str
    zone: ZoneInfo

    @property
    def span(self) -> Span:
        """The year or month."""
        return span_of(self.year, self.month, self.zone)

    @property
    def back(self) -> int:
        """How many months earlier the compared period lies."""
        return _BACK[self.compared] if self.month else 12

    def address(self, **changes: object) -> str:
        """Return the address of this page with something changed."""
        asked = replace(self, **changes)  # type: ignore[arg-type]  # the fields of this very class
        parts: dict[str, object] = {"year": asked.year, "month": asked.month, "by": asked.by}
        if asked.month and asked.compared != "month":
            parts["with"] = asked.compared
        return "?" + urlencode({name: value for name, value in parts.items() if value})


@dataclass(frozen=True, slots=True)
class Division:
    """A period's parts: drawn, listed, and what is in neither, as figures whose sum with the parts is the total."""

    drawn: charts.Bars
    not_drawn: tuple[charts.Figure, ...]
    listed: tuple[charts.Figure, ...]


@require_safe
@signed_in
def spending(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what the customer spent in a year or a month, divided as finely as their choices leave (R16, R28).

    Answers 404 to a period or division that there is not. A division that their choices rule out is explained instead.
    """
    rulebook = load_rulebook()
    now_is = datetime.now(rulebook.time_zone)
    document, today = rulebook.in_force(now_is).description.document, now_is.date()
    years = range(today.year, rulebook.versions[0].effective_on.year - 1, -1)
    asked = _asked(request, years, today, rulebook.time_zone)
    span, earlier = asked.span, asked.span.earlier(asked.back, today)
    with service_look(person_id) as look:
        person = read_person(person_id)
        made = objections_in_force()
        wanted = asked.by or Breakdown.GROUP
        by = max(
            (each for each in Breakdown if each.level <= min(wanted.level, look.level)), key=lambda each: each.level
        )
        now = read_spending(span, by)
        before = read_spending(earlier, by) if earlier.first.year in years else None
    is_ruled_out = asked.by is not None and asked.by is not by
    if is_ruled_out:
        asked = replace(asked, by=by)  # so that the page's links lead to what there is
    shown = span.until(today)
    total = charts.Figure(span_name(shown), now.total_cents, before.total_cents if before else None)
    compared = None
    if before:
        both = [(total.label, now.total_cents), (span_name(earlier), before.total_cents)]
        compared = charts.bars([charts.Figure(name, cents) for name, cents in both])
    return render(
        request,
        "portal/spending.html",
        {
            "person": person,
            "asked": asked,
            "currency": document.register.currency,
            "level": look.level,
            "lowered_by": _lowering(document, made, look.level),
            "now": now,
            "total": total,
            "earlier": span_name(earlier) if before else "",
            "inside": {"now": span_name(shown, is_inside=True), "earlier": span_name(earlier, is_inside=True)},
            "compared": compared,
            "comparisons": [(each, gettext(word), asked.address(compared=each)) for each, word in _COMPARED.items()],
            "months": None if asked.month else _months(asked, shown, now, before, document.register.currency),
            "by": by,
            "is_ruled_out": is_ruled_out,
            "dropped": _dropped(by, (earlier if before else span).first),
            "by_word": gettext(_BY[by]),
            "part_word": gettext(_PART[by]),
            "tabs": [
                (each, gettext(_BY[each]), asked.address(by=each)) for each in Breakdown if each.level <= look.level
            ],
            "division": _division(by, now, before, document),
            "to_earlier": _step(asked, -1, years, today),
            "to_later": _step(asked, 1, years, today),
            "years": years,
            "month_names": month_names(),
        },
    )


def _dropped(by: Breakdown, first: date) -> list[str]:
    """Say what of the purchases since a day was let go, as far as the division would show it."""
    kept, found = load_kept(), []
    for level, words in _DROPPED.items():
        before = kept.from_day(level)
        if level <= by.level and before and before > first:
            found.append(gettext(words) % {"before": formats.day(before, reader_language())})
    return found


def _asked(request: HttpRequest, years: range, today: date, zone: ZoneInfo) -> Asked:
    year, month = asked_period(request)
    by, compared = request.GET.get("by", ""), request.GET.get("with", "month")
    asked_year = year or years[0]
    if asked_year not in years or by not in ("", *Breakdown) or compared not in _BACK:
        raise Http404
    if month and date(asked_year, month, 1) > today:
        month = None  # the form offers every month of a year, and this one has not begun
    return Asked(asked_year, month, Breakdown(by) if by else None, compared, zone)


def _lowering(document: Document, made: Collection[Objection], level: Level) -> list[str]:
    """Return the names of the objections in force that leave services no finer a level than this."""
    language = reader_language()
    return [
        rule.name.written_in(language)
        for objection, rule in document.objection.items()
        if objection in made and lowered_to(document, Purpose.SERVICES, objection) == level
    ]


def _months(asked: Asked, shown: Span, now: Spending, before: Spending | None, currency: str) -> charts.Columns:
    earlier = before.months if before else {}
    months = {first: (now.months[first], earlier.get(months_later(first, -asked.back))) for first in shown.months()}
    return month_columns(months, currency, lambda first: asked.address(month=first.month))


def _division(by: Breakdown, now: Spending, before: Spending | None, document: Document) -> Division:
    earlier: Mapping[str, int] = before.parts if before else {}
    keys = sorted({*now.parts, *earlier}, key=lambda key: (-now.parts.get(key, 0), -earlier.get(key, 0), key))
    drawn, listed = (keys if len(keys) <= most + 1 else keys[:most] for most in (DRAWN, LISTED))
    names = _names(by, listed, document)

    def figure(label: str, amounts: list[int], level: Level | None = None) -> charts.Figure:
        return charts.Figure(label, amounts[0], amounts[1] if before else None, level=level)

    def others(shown: list[str]) -> list[charts.Figure]:
        left = keys[len(shown) :]
        sums = [sum(parts.get(key, 0) for key in left) for parts in (now.parts, earlier)]
        return [figure(gettext(_OTHERS[by]) % {"count": len(left)}, sums)] if left else []

    both = (now, before or now)
    rest = [
        figure(gettext("spending.only_groups"), [each.grouped_cents for each in both], Level.GROUP),
        figure(gettext("spending.only_total"), [each.bare_cents for each in both], Level.TOTAL),
    ]
    rest = [each for each in rest if each.amount or each.before]
    parts = [figure(names[key], [now.parts.get(key, 0), earlier.get(key, 0)]) for key in listed]
    return Division(charts.bars(parts[: len(drawn)]), (*others(drawn), *rest), (*parts, *others(listed), *rest))


def _names(by: Breakdown, keys: list[str], document: Document) -> Mapping[str, str]:
    if by is Breakdown.CHAIN:
        return {key: named_in(key, document.chain) for key in keys}
    return group_names(keys, reader_language()) if by is Breakdown.GROUP else product_names(keys)


def _step(asked: Asked, by: int, years: range, today: date) -> Step | None:
    """Return the step to the next period, or to the one before; None where the register has none or none yet."""
    first = months_later(asked.span.first, by if asked.month else 12 * by)
    if first.year not in years or first > today:
        return None
    there = replace(asked, year=first.year, month=first.month if asked.month else None)
    return Step(span_name(there.span), there.address())
