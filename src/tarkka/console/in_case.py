"""A view of one's own open case: `@in_case(Part.CARD)`. Whoever comes too late, or to somebody else's, sees nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from math import ceil
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from tarkka import access
from tarkka.access.cases import Case, cases_open
from tarkka.access.queries import is_live
from tarkka.console.agreed import agreed
from tarkka.console.signing_in import in_role, staff_signed_in
from tarkka.description.schema import Situation
from tarkka.people.actions import Actor
from tarkka.staff.queries import Account
from tarkka.vocabulary import Level, Part, Purpose, Role
from tarkka.web.pages import described

TRIES = 3
"""How often a look is opened again when an objection of the customer's ended it."""

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case of the member of staff who is signed in, with what its situation shows."""

    staff: Account
    case: Case
    situation: Situation

    @property
    def acting(self) -> Actor:
        """The actor of what is done on the customer's behalf in this case."""
        return Actor(Role.CUSTOMER_SERVICE, self.staff.user_id, Purpose.REGISTER_UPKEEP, str(self.case.id))

    @property
    def seconds_left(self) -> int:
        """Whole seconds until it has closed by itself."""
        return max(0, ceil((self.case.closes_at - timezone.now()).total_seconds()))

    def shows(self, part: Part) -> bool:
        """Tell whether the situation shows a part of the customer's data."""
        return part in self.situation.shows

    def look(
        self, *, at_most: Level = Level.TOTAL, receipt_id: int | None = None
    ) -> AbstractContextManager[access.Access]:
        """Open the door at the customer, at most as fine as the page needs. Raises Refused: `no_case` once closed."""
        return access.opened(
            role=Role.CUSTOMER_SERVICE,
            actor=self.staff.user_id,
            purpose=Purpose.CUSTOMER_SERVICE,
            subject=access.person(self.case.person_id),
            case_ref=str(self.case.id),
            receipt_id=receipt_id,
            at_most=at_most,
        )

    def read(
        self, reading: Callable[[], _Read], *, at_most: Level = Level.TOTAL, receipt_id: int | None = None
    ) -> _Read:
        """Return what is read at a look; opened again if an objection ended it meanwhile, which hides rows."""
        for _ in range(TRIES):
            with self.look(at_most=at_most, receipt_id=receipt_id):
                result = reading()
                if is_live():
                    return result
        raise RuntimeError(f"{TRIES} looks one after the other were ended while they read")


def in_case(
    part: Part | None = None, *, acts: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponseBase]]:
    """Give the view the open case of the address; what its situation does not show is not found.

    `acts`: the view does something on the customer's behalf, which nobody does with the glass broken. The page asks
    for itself anew when the case has closed by itself, and shows then that it has.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
        @staff_signed_in
        @in_role(Role.CUSTOMER_SERVICE)
        @agreed
        @wraps(view)
        def guarded(request: HttpRequest, staff: Account, /, *, case_id: int, **rest: int) -> HttpResponseBase:
            case = next((each for each in cases_open(staff.user_id) if each.id == case_id), None)
            situation = None if case is None else described().situation.get(case.situation)
            if case is None or situation is None:
                return gone(request, staff)
            found = OpenCase(staff, case, situation)
            if (part and not found.shows(part)) or (acts and case.break_glass):
                raise Http404
            try:
                answer = view(request, found, **rest)
            except access.Refused as refused:
                if refused.reason not in ("no_case", "no_situation"):
                    raise
                return gone(request, staff)
            answer.headers["Refresh"] = str(found.seconds_left + 1)
            return answer

        return guarded

    return decorate


def gone(request: HttpRequest, staff: Account) -> HttpResponse:
    """Say that there is no such open case of one's own: closed, somebody else's, or never opened."""
    return render(request, "console/case_gone.html", {"staff": staff}, status=404)
