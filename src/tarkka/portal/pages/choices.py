"""My choices: what my purchase data may be used for, with what each answer changes and what it does not (R15–R18)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_http_methods

from tarkka.description.explanation import explain_use
from tarkka.description.queries import load_rulebook
from tarkka.description.rulebook import PublishedVersion
from tarkka.description.schema import ObjectionRule
from tarkka.description.value import Description
from tarkka.people.actions import customer, make_objection, withdraw_objection
from tarkka.people.queries import Choice, Person, read_choices, read_person
from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import freshly_signed_in, signed_in
from tarkka.vocabulary import Level, Objection, Place, Purpose

MAY, MAY_NOT = "may", "may_not"
_ANSWERS = {MAY: msgid("choices.may"), MAY_NOT: msgid("choices.may_not")}


@dataclass(frozen=True, slots=True)
class Question:
    """An objection as it is asked, and its making if it is in force now."""

    objection: Objection
    rule: ObjectionRule
    made: Choice | None

    @property
    def answers(self) -> list[tuple[str, str, bool]]:
        """Return each answer's value, the id of its words, and whether it holds now."""
        return [(value, words, (value == MAY_NOT) is bool(self.made)) for value, words in _ANSWERS.items()]


@dataclass(frozen=True, slots=True)
class Use:
    """How finely a purpose may use the person's purchases now, and how finely it could otherwise."""

    purpose: Purpose
    level: Level
    otherwise: Level
    situations: Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class Act:
    """One choice of the past: an objection made, or withdrawn and so allowed again. `at` is aware (UTC)."""

    at: datetime
    objection: Objection
    is_allowed: bool
    place: Place
    version: int


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def choices(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask both questions, show what holds and what was chosen before; take an answer (R15–R17)."""
    now = load_rulebook().in_force(timezone.now())
    if request.method == "POST":
        return _answered(request, person_id, now)
    person, found = _read(person_id)
    made = _in_force(found)
    return render(
        request,
        "portal/choices.html",
        {
            "person": person,
            "questions": [
                Question(objection, rule, made.get(objection))
                for objection, rule in now.description.document.objection.items()
            ],
            "saved": _saved(request),
            "is_worded_anew": "anew" in request.GET,
            "uses": list(_uses(now.description, made, ())),
            "history": sorted(_acts(found), key=lambda act: act.at, reverse=True),
            "described": now.description.document,
            "version": now.number,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@freshly_signed_in
def allow(request: HttpRequest, person_id: int, kind: str) -> HttpResponse:
    """Ask whether an objection is to be withdrawn, with what it changes, and withdraw it.

    That is a step toward more use, so whoever takes it has just proved who they are.
    """
    if kind not in list(Objection):
        raise Http404
    objection = Objection(kind)
    now = load_rulebook().in_force(timezone.now())
    if request.method == "POST":
        return _done(request, withdraw_objection, person_id, objection, now)
    person, found = _read(person_id)
    made = _in_force(found)
    if objection not in made:
        return redirect("choices")
    left = made.keys() - {objection}
    return render(
        request,
        "portal/choices_allow.html",
        {
            "person": person,
            "rule": now.description.document.objection[objection],
            "uses": [use for use in _uses(now.description, left, made) if use.level > use.otherwise],
            "described": now.description.document,
            "version": now.number,
        },
    )


def _answered(request: HttpRequest, person_id: int, now: PublishedVersion) -> HttpResponse:
    kind, answer = request.POST.get("objection"), request.POST.get("answer")
    if kind not in list(Objection) or answer not in _ANSWERS:
        raise BadRequest("no such question or answer")
    objection = Objection(kind)
    if answer == MAY:
        return redirect("choices-allow", objection.value)
    return _done(request, make_objection, person_id, objection, now)


def _done(
    request: HttpRequest, act: Callable[..., bool], person_id: int, objection: Objection, now: PublishedVersion
) -> HttpResponse:
    """Make or withdraw; done twice it is done once. What was not shown as it holds now is shown again instead."""
    if request.POST.get("version") != str(now.number):
        return redirect(f"{reverse('choices')}?anew=1")
    act(person_id, objection, place=Place.PORTAL, acting=customer(person_id))
    return redirect(f"{reverse('choices')}?saved={objection.value}")


def _read(person_id: int) -> tuple[Person | None, list[Choice]]:
    with own_look(person_id, Level.TOTAL):
        return read_person(person_id), read_choices()


def _in_force(found: Sequence[Choice]) -> dict[Objection, Choice]:
    return {choice.kind: choice for choice in found if choice.withdrawn_at is None}


def _saved(request: HttpRequest) -> Objection | None:
    kind = request.GET.get("saved")
    return Objection(kind) if kind in list(Objection) else None


def _uses(description: Description, made: Collection[Objection], otherwise: Collection[Objection]) -> Iterator[Use]:
    """Yield how finely each purpose may use purchases under some objections, beside what it may under others."""
    for purpose in description.document.purpose:
        now = explain_use(description, purpose, made)
        yield Use(purpose, now.level, explain_use(description, purpose, otherwise).level, now.situations)


def _acts(found: Sequence[Choice]) -> Iterator[Act]:
    for choice in found:
        yield Act(choice.made_at, choice.kind, False, choice.made_place, choice.made_version)
        if choice.withdrawn_at and choice.withdrawn_place and choice.withdrawn_version:
            yield Act(choice.withdrawn_at, choice.kind, True, choice.withdrawn_place, choice.withdrawn_version)
