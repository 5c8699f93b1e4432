"""My household: one page with two faces, the main member's and another member's, by year and by month (R10–R12).

What each may see is decided in the database, at a look at the household; the page shows what it is given.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from tarkka.description.queries import load_rulebook
from tarkka.description.schema import Document
from tarkka.people.household import Membership, current_membership, household_persons
from tarkka.people.queries import read_person
from tarkka.portal.looking import household_look, own_look
from tarkka.portal.periods import Step, asked_period, month_columns, month_names, span_name, span_of
from tarkka.portal.signing_in import signed_in
from tarkka.purchases.household import JointSum, joint_purchases, joint_sums, own_bonus_purchases, visible_time
from tarkka.vocabulary import Level, Period, Span, month_span, months_later
from tarkka.web import charts
from tarkka.web.pages import described
from tarkka.web.templatetags.described import named_in

_Asked = tuple[int, int | None]
"""A year, and one of its months from 1 to 12 or None for all of it."""


@require_safe
@signed_in
def household(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show the household as its main member or another member may see it.

    Answers 404 to a period of which the viewer may see nothing: in which they were not in the role that they have now.
    """
    asked = _asked(request)
    zone = load_rulebook().time_zone
    today = datetime.now(zone).date()
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
        home = current_membership()
        # The main member comes to the purchases, of the present month; a member to the sums, which are of ended months.
        year, month = asked or (today.year, today.month if home and home.is_main_member else None)
        span = span_of(year, month, zone)
        own = own_bonus_purchases(home.household_id, span) if home and month and not home.is_main_member else []
    if home is None:
        return render(request, "portal/household_none.html", {"person": person})
    with household_look(person_id, home.household_id):
        time = visible_time()
        months = _visible_months(time, today, zone)
        of_year = [first for first in months if first.year == year]
        if not of_year or (month and span.first not in of_year):
            raise Http404
        persons = household_persons(span.starts_at, span.ends_at)
        sums = joint_sums(of_year[0], of_year[-1])
        bought = joint_purchases(span) if home.is_main_member and month else own
    return render(
        request,
        "portal/household.html",
        {
            "person": person,
            "home": home,
            "persons": persons,
            "since": time[0].start,
            "bought": bought,
            "currency": described().register.currency,
            **_drawn(home, (year, month), span, sums, of_year, months, today),
        },
    )


def _asked(request: HttpRequest) -> _Asked | None:
    """Return what the address asks for, None if nothing. Raises Http404 for what is no year or month of one."""
    year, month = asked_period(request)
    if month and not year:
        raise Http404
    return (year, month) if year else None


def _visible_months(time: Sequence[Period], today: date, zone: ZoneInfo) -> list[date]:
    """Return the first day of each month up to today of which something may be seen, in order."""
    found = []
    first = time[0].start.astimezone(zone).date().replace(day=1)
    while first <= today:
        span = month_span(first.year, first.month, zone)
        if any(Period(span.starts_at, span.ends_at).overlaps(part) for part in time):
            found.append(first)
        first = months_later(first, 1)
    return found


def _drawn(
    home: Membership,
    asked: _Asked,
    span: Span,
    sums: Sequence[JointSum],
    of_year: Sequence[date],
    months: Sequence[date],
    today: date,
) -> dict[str, object]:
    """Return the period's figures, charts and neighbours."""
    year, month = asked
    document, zone = described(), span.zone
    by_month = dict.fromkeys(of_year, 0)
    for each in sums:
        by_month[each.month] += each.bonus_eligible_cents
    of_span = [each for each in sums if not month or each.month == span.first]
    years = sorted({first.year for first in months}, reverse=True)
    order: list[_Asked] = [(first.year, first.month) for first in months] if month else [(y, None) for y in years[::-1]]
    return {
        "year": year,
        "month": month,
        "years": years,
        "month_names": month_names(),
        "total": charts.Figure(span_name(span), sum(each.bonus_eligible_cents for each in of_span)),
        "months": None
        if month
        else month_columns(
            {first: (cents, None) for first, cents in by_month.items()},
            document.register.currency,
            lambda first: _address((first.year, first.month)),
        ),
        "chains": None if home.is_main_member else _by_chain(of_span, document),
        "is_present": span.first <= today < span.end,
        "to_earlier": next((_step(a, zone) for a, b in pairwise(order) if b == asked), None),
        "to_later": next((_step(b, zone) for a, b in pairwise(order) if a == asked), None),
        "whole_year": _step((year, None), zone) if month else None,
    }


def _by_chain(sums: Sequence[JointSum], document: Document) -> charts.Bars | None:
    """Return the chart of the sums by chain, chain group and all else, the largest first; None if no chain is told."""
    amounts: dict[tuple[str | None, str | None], int] = {}
    for each in sums:
        cell = each.chain_group, each.chain
        amounts[cell] = amounts.get(cell, 0) + each.bonus_eligible_cents
    if not any(group for group, _ in amounts):
        return None

    def name(group: str | None, chain: str | None) -> str:
        if chain:
            return named_in(chain, document.chain)
        if group:
            return gettext("household.group %(group)s") % {"group": named_in(group, document.chain_group)}
        return gettext("household.all_else")

    ordered = sorted(amounts.items(), key=lambda item: (item[0][0] is None, -item[1]))
    return charts.bars([charts.Figure(name(*cell), cents) for cell, cents in ordered])


def _step(asked: _Asked, zone: ZoneInfo) -> Step:
    return Step(span_name(span_of(*asked, zone)), _address(asked))


def _address(asked: _Asked) -> str:
    year, month = asked
    return "?" + urlencode({"year": year} | ({"month": month} if month else {}))
