"""Bonus: the month so far and its next step, each month with its arithmetic, what is owed and where it is paid (R31).

What the main member and another member may see of it is decided in the database, at a look at the household (R10, R11).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_http_methods, require_safe

from tarkka.bonus import queries as ledger
from tarkka.bonus.account import WrongAccount, forget_account, give_account, read_account, read_payouts
from tarkka.documents.pdf import pdf
from tarkka.people.actions import customer
from tarkka.people.household import Membership, current_membership
from tarkka.people.queries import Person, read_person
from tarkka.portal.bonus_paper import TEMPLATE, paper_of
from tarkka.portal.looking import household_look, own_look
from tarkka.portal.periods import asked_period
from tarkka.portal.reckoning import Month, arithmetic, by_month, postings, rate, read_month
from tarkka.portal.signing_in import freshly_signed_in, signed_in
from tarkka.vocabulary import Level, months_later
from tarkka.web.pages import described
from tarkka.web.rate_limit import limited
from tarkka.wording.language import reader_language

LISTED = 12
"""How many months the page lists with what was bought, the newest first; the older ones are a press away."""
ERRORS = {
    "empty": msgid("account.wrong.empty"),
    "not_sepa": msgid("account.wrong.not_sepa"),
    "wrong": msgid("account.wrong.wrong"),
}
DONE = {"removed": msgid("account.done.removed"), "saved": msgid("account.done.saved")}
"""What a page may say was just done, by the code in its address."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a cooperative's: from which month's sum on which rate holds, and where it stands on the bar."""

    from_cents: int
    rate: str
    place: str
    anchor: str
    is_reached: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps as a bar: how far the month has come on it, in percent of its length."""

    rungs: tuple[Rung, ...]
    reached: str


@dataclass(frozen=True, slots=True)
class Row:
    """A month that has ended, as the page lists it: what was posted, and what was bought, if that is told."""

    first: date
    posted_cents: int
    earning_cents: int | None = None

    @property
    def address(self) -> str:
        """Where it is told how it was worked out."""
        return _address(self.first)


def _with_bought(rows: Sequence[Row]) -> list[Row]:
    bought = {month: counted.earning_cents for month, counted in ledger.counted(*(row.first for row in rows)).items()}
    return [replace(row, earning_cents=bought.get(row.first) or None) for row in rows]


@require_safe
@signed_in
def bonus(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what the household's month has earned so far, what is next, and what ended months have earned."""
    with own_look(person_id, Level.TOTAL):
        person, home = read_person(person_id), current_membership()
        account, payouts = read_account(), read_payouts()
    if home is None:
        return render(request, "portal/household_none.html", {"person": person, "title": gettext("bonus.title")})
    this_month = ledger.this_month()
    with household_look(person_id, home.household_id):
        entries = ledger.entries()
        now = read_month(this_month)
        closed = by_month(entries)
        rows = [Row(first, sum(each.amount_cents for each in posted)) for first, posted in closed.items()]
        rows = _with_bought(rows[:LISTED]) + rows[LISTED:]
        last = months_later(this_month, -1)
        waiting = read_month(last) if last not in closed else None
        owed = ledger.balance()
    done = DONE.get(request.GET.get("done", ""))
    return render(
        request,
        "portal/bonus.html",
        {
            "person": person,
            "home": home,
            "currency": described().register.currency,
            "now": now,
            "lines": list(arithmetic(now)) if now else [],
            "ladder": ladder(now) if now else None,
            "rate": rate(now.reckoned.step.basis_points) if now else "",
            "next_rate": rate(now.reckoned.next_step.basis_points) if now and now.reckoned.next_step else "",
            "months": rows[:LISTED],
            "older": rows[LISTED:],
            "has_program": any(each.program.effective_from <= this_month for each in ledger.programs()),
            "waiting": waiting if waiting and waiting.reckoned_cents and ledger.closed_at(last) is None else None,
            "waiting_address": _address(last),
            "owed": owed,
            "account": account if home.is_main_member else None,
            "payouts": payouts,
            "done": gettext(done) if done else "",
        },
    )


def ladder(month: Month) -> Ladder:
    """Return the steps of the month's cooperative as a bar, as long as the highest step or the month's sum."""
    reckoned = month.reckoned
    steps = month.program.cooperative[reckoned.cooperative].steps
    earning = max(0, reckoned.counted.earning_cents)
    longest = max(steps[-1].from_cents, earning, 1)
    rungs = tuple(
        Rung(
            step.from_cents,
            rate(step.basis_points),
            f"{100 * step.from_cents / longest:.3f}%",
            "start" if not place else "end" if step.from_cents == longest else "middle",
            step.from_cents <= earning,
            step == reckoned.step,
        )
        for place, step in enumerate(steps)
    )
    return Ladder(rungs, f"{100 * earning / longest:.3f}%")


@require_safe
@signed_in
def month(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show how one month was worked out. Answers 404 to one that the viewer may not see, or that is still to come."""
    person, home, found = _asked(request, person_id)
    return render(
        request,
        "portal/bonus_month.html",
        {
            "person": person,
            "home": home,
            "currency": described().register.currency,
            "month": found,
            "lines": list(arithmetic(found)),
            "postings": list(postings(found)) if found.is_closed else [],
            "query": _query(found.first),
        },
    )


@require_safe
@limited("paper", per_minute=30)
@signed_in
def statement(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give one month's reckoning as a PDF that everybody can read, in the reader's language (R31).

    The file's name is the same for every month: what folders and clouds keep of it tells nothing.
    """
    person, _, found = _asked(request, person_id)
    language = reader_language()
    name = gettext("bonus.file")
    return HttpResponse(
        pdf(TEMPLATE, paper_of(person, found, described()), language),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.pdf"',
            "Content-Language": language,
        },
    )


def _asked(request: HttpRequest, person_id: int) -> tuple[Person, Membership, Month]:
    year, number = asked_period(request)
    if not year or not number:
        raise Http404
    first = date(year, number, 1)
    with own_look(person_id, Level.TOTAL):
        person, home = read_person(person_id), current_membership()
    if person is None or home is None:
        raise Http404
    with household_look(person_id, home.household_id):
        found = read_month(first, ledger.entries())
    if found is None:
        raise Http404
    return person, home, found


def _query(first: date) -> str:
    return urlencode({"year": first.year, "month": first.month})


def _address(first: date) -> str:
    return f"{reverse('bonus-month')}?{_query(first)}"


@require_http_methods(["GET", "HEAD", "POST"])
@freshly_signed_in
def account(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show where Bonus is paid, to be changed or removed; change or remove it. For the main member, who is paid."""
    acting = customer(person_id)
    with own_look(person_id, Level.TOTAL):
        person, home, given = read_person(person_id), current_membership(), read_account()
    if home is None or not home.is_main_member:
        raise Http404
    text, error = "", ""
    if request.method == "POST":
        if request.POST.get("act") == "remove":
            forget_account(person_id, acting=acting)
            return _done("removed")
        text = request.POST.get("iban", "")
        try:
            give_account(person_id, text, acting=acting)
        except WrongAccount as wrong:
            error = gettext(ERRORS[wrong.code])
        else:
            return _done("saved")
    shown = {"person": person, "account": given, "value": text, "error": error}
    return render(request, "portal/bonus_account.html", shown, status=422 if error else 200)


def _done(what: str) -> HttpResponse:
    return redirect(f"{reverse('bonus')}?done={what}")
