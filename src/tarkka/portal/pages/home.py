"""The first page after signing in: this month, the latest receipts, choices in force, who has looked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tarkka.access import queries as trail
from tarkka.access.queries import Event, Wanted
from tarkka.access.told import glass_broken
from tarkka.description.queries import load_rulebook
from tarkka.people.household import current_membership
from tarkka.people.queries import objections_in_force, read_cards, read_contacts, read_person
from tarkka.portal.looking import household_look, own_look
from tarkka.portal.reckoning import rate, read_month
from tarkka.portal.signing_in import signed_in
from tarkka.purchases.household import bonus_eligible_this_month
from tarkka.purchases.queries import latest_receipts
from tarkka.rights.breaches import read_own_notices
from tarkka.rights.extract import read_rows
from tarkka.rights.queries import read_requests
from tarkka.vocabulary import Level
from tarkka.web.pages import described
from tarkka.wording.language import reader_language

RECEIPTS = 4
LOOKS = 3
LOOKS_READ = 50
GLASS_TOLD = timedelta(days=90)
"""How long the first page tells of a look without the customer. It may have been told a month late."""


@require_safe
@signed_in
def home(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what is new, what holds and what is about to change (R7, R11, R15–R16, R22, R32)."""
    with own_look(person_id, Level.TOTAL):
        person = read_person(person_id)
        household = current_membership()
        receipts = latest_receipts(limit=RECEIPTS)
        looks = trail.find_events(Wanted(others=True), limit=LOOKS_READ).events
        objected = objections_in_force()
        has_card = any(card.is_open for card in read_cards())
        is_reachable = bool(read_contacts())
        notices, restrictions = read_own_notices(), read_rows("restrictions")
        broken = glass_broken(timezone.now() - GLASS_TOLD)
        waiting = [request for request in read_requests() if request.answered_at is None]
    rulebook = load_rulebook()
    now = datetime.now(rulebook.time_zone)
    today = now.date()
    joint_cents, bonus = None, None
    if household:
        with household_look(person_id, household.household_id):
            joint_cents = bonus_eligible_this_month()
            bonus = read_month(today.replace(day=1))
    document = described()
    return render(
        request,
        "portal/home.html",
        {
            "person": person,
            "receipts": receipts,
            "looks": _newest_of_each(looks)[:LOOKS],
            "rulebook": rulebook,
            "answers": [(rule.topic, objection in objected) for objection, rule in document.objection.items()],
            "has_card": has_card,
            "is_reachable": is_reachable,
            "waiting": waiting,
            "broken": broken,
            "notices": [(each.at, each.written_in(reader_language())) for each in notices],
            "restriction": next((each for each in restrictions if not each.ended_at or each.ended_at > now), None),
            "joint_cents": joint_cents,
            "bonus": bonus,
            "rate": rate(bonus.reckoned.step.basis_points) if bonus else "",
            "next_rate": rate(bonus.reckoned.next_step.basis_points) if bonus and bonus.reckoned.next_step else "",
            "month": today,
            "coming": next((each for each in rulebook.versions if each.effective_on > today), None),
            "described": document,
        },
    )


def _newest_of_each(looks: Iterable[Event]) -> list[Event]:
    """Return the newest look of each purpose and kind of actor: what happens every day does not hide what is rare."""
    newest: dict[object, Event] = {}
    for event in looks:
        newest.setdefault((event.purpose, event.looker, event.role, event.outcome), event)
    return list(newest.values())
