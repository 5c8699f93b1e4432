"""Recalls: those that concern the customer, whatever they objected to, and those that are told to everybody (R19)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tarkka.access import queries as trail
from tarkka.access.queries import Event, Wanted
from tarkka.people.queries import Person, read_person
from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import signed_in, signed_in_id
from tarkka.purchases.queries import find_row
from tarkka.recalls.actions import acknowledge_recall
from tarkka.recalls.notice import Notice, notice, sellers
from tarkka.recalls.queries import OwnRecall, Published, read_own_recalls, running_recalls
from tarkka.vocabulary import Level, Purpose, SubjectKind
from tarkka.wording.language import reader_language

LOOKS_READ = 50
"""Newest looks for recalls, among which the one that found the customer is sought."""


@require_safe
@signed_in
def recalls(request: HttpRequest, person_id: int) -> HttpResponse:
    """List the recalls that concern the customer, the newest first."""
    person, found = _own(person_id)
    language = reader_language()
    rows = [(each, each.recall.draft.words[language].product) for each in found]
    return render(request, "portal/recalls.html", {"person": person, "recalls": rows})


@require_safe
@signed_in
def recall(request: HttpRequest, person_id: int, recall_id: int) -> HttpResponse:
    """Show a recall: the notice, why the customer is told, by which purchases, and the look that found them."""
    with own_look(person_id, Level.TOTAL):
        person, found = read_person(person_id), _one(recall_id)
        purchases = [(each, find_row(each.receipt_id)) for each in found.purchases]
        look = _look_for(recall_id)
    words = {
        "person": person,
        "recall": found,
        "shown_recall": recall_id,
        "notice": _written(found.recall),
        "purchases": purchases,
        "look": look,
        "is_done": "done" in request.GET,
    }
    return render(request, "portal/recall.html", words)


@require_POST
@signed_in
def acknowledge(request: HttpRequest, person_id: int, recall_id: int) -> HttpResponse:  # noqa: ARG001  # its form is empty
    """Record that the customer has read of a recall; to say it again changes nothing."""
    with own_look(person_id, Level.TOTAL):
        _one(recall_id)
        acknowledge_recall(recall_id, person_id)
    answer = redirect("recall", recall_id)
    answer["Location"] += "?done=1"
    return answer


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """Show the notices of all running recalls to everybody: of some purchases nobody can tell what was bought.

    It opens no door, and is the same to whoever asks.
    """
    frame = "portal/page.html" if signed_in_id(request) is not None else "base.html"
    notices = [(each, _written(each)) for each in running_recalls()]
    return render(request, "portal/recalls_public.html", {"frame": frame, "notices": notices})


def _own(person_id: int) -> tuple[Person | None, list[OwnRecall]]:
    with own_look(person_id, Level.TOTAL):
        return read_person(person_id), read_own_recalls()


def _one(recall_id: int) -> OwnRecall:
    """Return the customer's recall. Inside the door. Raises Http404 if there is none, or it does not concern them."""
    found = next((each for each in read_own_recalls() if each.recall.id == recall_id), None)
    if found is None:
        raise Http404
    return found


def _look_for(recall_id: int) -> Event | None:
    """Return the newest trace for the recall that saw the customer, of those that are read. Inside the door."""
    looks = trail.find_events(Wanted(purpose=Purpose.RECALL), limit=LOOKS_READ).events
    traces = (each for each in looks if each.subject_kind is SubjectKind.TRACE)
    return next((each for each in traces if each.case_ref == str(recall_id)), None)


def _written(recall: Published) -> Notice:
    language = reader_language()
    return notice(recall, language, sellers=sellers(recall.draft, language))
