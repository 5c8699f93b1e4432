"""My purchases, looked through and searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tarkka.description.queries import load_rulebook
from tarkka.description.schema import Document
from tarkka.people.queries import read_cards, read_person
from tarkka.portal.looking import own_look
from tarkka.portal.months import Year, by_month, month_of
from tarkka.portal.position import Position
from tarkka.portal.searching import SearchForm, keep_search
from tarkka.portal.signing_in import signed_in
from tarkka.purchases import queries as receipts
from tarkka.purchases import search as searches
from tarkka.purchases.kept import load_kept
from tarkka.purchases.search import Found, Search
from tarkka.vocabulary import Level, Span, month_span, months_later, year_span
from tarkka.web.pages import PAGE_LENGTH, described
from tarkka.web.rate_limit import limited
from tarkka.web.searches import kept
from tarkka.wording.language import reader_language


@require_POST
@limited("search", per_minute=30)
@signed_in
def search(request: HttpRequest, person_id: int) -> HttpResponse:  # noqa: ARG001  # asking is not yet a look
    """Keep what is searched for and lead to what is found; nothing of it is in the address."""
    key = keep_search(request)
    return redirect(f"{reverse('purchases')}{Position(search=key) if key else ''}")


@require_safe
def purchases(request: HttpRequest) -> HttpResponseBase:
    """Show the customer's purchases, all or searched, newest first, a page at a time; or a year's months (R7, R28)."""
    return _searched(request) if "search" in request.GET else _listed(request)


@signed_in
def _listed(request: HttpRequest, person_id: int) -> HttpResponse:
    position = Position.of(request)
    if position.year is not None:
        return _year(request, person_id, position.year)
    if position.month is not None and position.month > timezone.localdate():
        raise Http404
    document = described()
    asked = kept(request, position.search) if position.search else None
    form = _form(asked, document)
    wanted: Search | None = Search()
    if asked is not None:
        wanted = form.search if form.is_valid() else None
    elif position.month is not None:
        wanted = Search(first_day=position.month, last_day=_month(position.month).last)
    page, totals = Page([], None, None), None
    with own_look(person_id, wanted.level if wanted else Level.TOTAL):
        person = read_person(person_id)
        years = _years()
        if wanted is not None:
            page = _page(wanted, position)
        if asked is None:
            totals = _totals(page.found)
        left = load_kept()
    if not page.found and (position.before or position.after):
        return redirect(f"{reverse('purchases')}{position.at()}")
    return render(
        request,
        "portal/purchases.html",
        {
            "person": person,
            "position": position,
            "page": page,
            "months": by_month(page.found, totals),
            "years": years,
            "form": form,
            "search": wanted if asked is not None else None,
            "is_forgotten": bool(position.search) and asked is None,
            "is_appended": request.headers.get("HX-Target") == "p#older",
            "described": document,
            "was_dropped": bool(left.dropped) and not page.older,
            "kept_from": None if page.older else left.from_day(Level.TOTAL),
            **_around(position.month),
        },
    )


# What was asked once can be looked for again and again: so that is counted too.
_searched = limited("found", per_minute=60)(_listed)


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page, and where the pages before and after it are."""

    found: Sequence[Found]
    newer: Position | None
    older: Position | None


def _page(search: Search, position: Position) -> Page:
    found = searches.find_receipts(search, before=position.before, after=position.after, limit=PAGE_LENGTH + 1)
    has_more = len(found) > PAGE_LENGTH
    if position.after is not None:
        if not has_more:
            return _page(search, position.at())  # the newest page, and a full one
        found = found[1:]
        return Page(found, position.at(after=found[0].receipt.id), position.at(before=found[-1].receipt.id))
    found = found[:PAGE_LENGTH]
    return Page(
        found,
        newer=position.at(after=found[0].receipt.id) if found and position.before is not None else None,
        older=position.at(before=found[-1].receipt.id) if has_more else None,
    )


def _totals(found: Sequence[Found]) -> dict[date, int]:
    """Return the sums of the first and the last month of a page, which other pages may have a part of."""
    ends = {month_of(each) for each in (*found[:1], *found[-1:])}
    sums = receipts.sums_by_month(*map(_month, ends))
    return {each.first_day: each.total_cents for each in sums}


def _year(request: HttpRequest, person_id: int, number: int) -> HttpResponse:
    document = described()
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
        years = _years()
        months = receipts.sums_by_month(year_span(number, load_rulebook().time_zone))
        kept_from = load_kept().from_day(Level.TOTAL)
    return render(
        request,
        "portal/purchases_year.html",
        {
            "person": person,
            "position": Position(year=number),
            "year": Year(number, months),
            "years": years,
            "kept_from": kept_from if kept_from and kept_from > date(number, 1, 1) else None,
            "form": _form(None, document),
            "currency": document.register.currency,
        },
    )


def _form(asked: dict[str, str] | None, document: Document) -> SearchForm:
    language = reader_language()
    chains = [(code, chain.name.written_in(language)) for code, chain in document.chain.items()]
    groups = [(group.code, group.name(language)) for group in receipts.product_groups()]
    return SearchForm(asked, chains=chains, groups=groups)


def _years() -> range:
    """Return the years in which the person can have purchases, the newest first: since their first card. In a look."""
    now = timezone.localdate().year
    opened = [timezone.localdate(card.opened_at).year for card in read_cards()]
    return range(now, min([now, *opened]) - 1, -1)


def _month(first_day: date) -> Span:
    return month_span(first_day.year, first_day.month, load_rulebook().time_zone)


def _around(month: date | None) -> dict[str, date | None]:
    """Return the months beside a month, none of them of the future."""
    if month is None:
        return {"month_before": None, "month_after": None}
    after = months_later(month, 1)
    return {
        "month_before": months_later(month, -1),
        "month_after": after if after <= timezone.localdate() else None,
    }
