"""Recalls at the desk: drafted by one officer, released by another, how far telling has come, and ending (R19)."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tarkka.access import NotAllowed
from tarkka.console import recall_form as form
from tarkka.console.agreed import agreed
from tarkka.console.desk import LONGEST_WORDS
from tarkka.console.signing_in import freshly_proved, in_role, staff_signed_in
from tarkka.purchases.queries import product_groups
from tarkka.recalls import actions
from tarkka.recalls.drafts import LANGUAGES, DraftInvalid, RecallKind, lacking_in, problems_of
from tarkka.recalls.notice import Notice, notice, sellers
from tarkka.recalls.queries import (
    Recall,
    Status,
    list_recalls,
    published_of,
    quarters_traced,
    read_progress,
    read_recall,
)
from tarkka.recalls.tracing import stretches_of
from tarkka.staff.queries import Account, account_names
from tarkka.vocabulary import Language, Role
from tarkka.wording.language import reader_language

STATUS = {
    Status.DRAFTED: msgid("recalls.drafted"),
    Status.RELEASED: msgid("recalls.running"),
    Status.ENDED: msgid("recalls.ended"),
}
CHANNELS = {
    "email": msgid("recalls.by.email"),
    "text": msgid("recalls.by.text"),
    "letter": msgid("recalls.by.letter"),
    "portal": msgid("recalls.by.portal"),
}
DONE = {
    "drafted": msgid("recalls.done.drafted"),
    "released": msgid("recalls.done.released"),
    "ended": msgid("recalls.done.ended"),
}
_REFUSED = {
    "already_released": msgid("recalls.wrong.already_released"),
    "changed_meanwhile": msgid("recalls.wrong.changed_meanwhile"),
    "not_for_yourself": msgid("recalls.wrong.not_for_yourself"),
    "not_running": msgid("recalls.wrong.not_running"),
}
_READERS = (Role.RECALL_OFFICER, Role.DATA_PROTECTION_OFFICER)


@require_safe
@staff_signed_in
@in_role(*_READERS)
@agreed
def recalls(request: HttpRequest, staff: Account) -> HttpResponse:
    """List every recall, the newest first."""
    rows = [(each, gettext(STATUS[each.status]), _name(each)) for each in list_recalls(acting=staff.user_id)]
    words = {"staff": staff, "recalls": rows, "may_draft": Role.RECALL_OFFICER in staff.roles}
    return render(request, "console/recalls.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.RECALL_OFFICER)
@agreed
def new(request: HttpRequest, staff: Account) -> HttpResponse:
    """Draft a recall."""
    return _drafted(request, staff, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_signed_in
@in_role(Role.RECALL_OFFICER)
@agreed
def edit(request: HttpRequest, staff: Account, recall_id: int) -> HttpResponse:
    """Write the next draft of a recall that was not released."""
    found = _one(recall_id, staff)
    if found.status is not Status.DRAFTED:
        return redirect("console-recall", recall_id)
    return _drafted(request, staff, found)


@require_safe
@staff_signed_in
@in_role(*_READERS)
@agreed
def recall(request: HttpRequest, staff: Account, recall_id: int) -> HttpResponse:
    """Show a recall: the notice in each language, who did what, and how far telling has come, in figures alone."""
    return _page(request, staff, recall_id)


@require_POST
@staff_signed_in
@in_role(Role.RECALL_OFFICER)
@agreed
@freshly_proved
def release(request: HttpRequest, staff: Account, recall_id: int) -> HttpResponse:
    """Release the draft that was read, if somebody else wrote it: whoever bought the product is sought and told."""
    draft_id = request.POST.get("draft", "")
    if not draft_id.isdecimal():
        return _page(request, staff, recall_id, wrong=_refusal("changed_meanwhile"))
    return _acted(
        request,
        staff,
        recall_id,
        "released",
        lambda: _release(recall_id, int(draft_id), staff.user_id),
    )


@require_POST
@staff_signed_in
@in_role(Role.RECALL_OFFICER)
@agreed
@freshly_proved
def end(request: HttpRequest, staff: Account, recall_id: int) -> HttpResponse:
    """End a running recall, with the reason."""
    reason = request.POST.get("reason", "").strip()[:LONGEST_WORDS]
    if not reason:
        return _page(request, staff, recall_id, wrong=gettext("recalls.wrong.reason"))
    return _acted(
        request,
        staff,
        recall_id,
        "ended",
        lambda: actions.end_recall(recall_id, reason=reason, acting=staff.user_id),
    )


def _release(recall_id: int, draft_id: int, acting: str) -> None:
    """Release and queue the trace, both or neither."""
    with transaction.atomic():
        actions.release_recall(recall_id, draft_id=draft_id, acting=acting)
        actions.queue_trace(recall_id, acting=acting)


def _acted(request: HttpRequest, staff: Account, recall_id: int, done: str, act: Callable[[], None]) -> HttpResponse:
    _one(recall_id, staff)
    try:
        act()
    except DraftInvalid:
        return _page(request, staff, recall_id, wrong=gettext("recalls.wrong.lacks"))
    except NotAllowed as refused:
        return _page(request, staff, recall_id, wrong=_refusal(refused.reason))
    return _to(recall_id, done)


def _refusal(reason: str) -> str:
    words = _REFUSED.get(reason)
    return gettext(words) if words else gettext("desk.wrong.refused")


def _drafted(request: HttpRequest, staff: Account, found: Recall | None) -> HttpResponse:
    wrong: dict[str, str] = {}
    if request.method == "POST":
        plain = form.typed(request.POST) | ({"reference": found.draft.reference} if found else {})
        try:
            draft = form.draft(plain)
            number = actions.draft_recall(draft, recall_id=found.id if found else None, acting=staff.user_id)
        except DraftInvalid as error:
            wrong = form.in_words(error.problems, plain)
        except NotAllowed as refused:
            wrong = {"all": _refusal(refused.reason)}
        else:
            return _to(number, "drafted")
    else:
        plain = form.written(found.draft) if found else {}
    words = {
        "staff": staff,
        "recall": found,
        "plain": {name: "\n".join(value) if isinstance(value, list) else value for name, value in plain.items()},
        "first": plain.get("from", ""),
        "texts": form.texts(plain, wrong),
        "kinds": [(each, each == plain.get("kind")) for each in RecallKind],
        "groups": [(group.code, group.name(reader_language())) for group in product_groups()],
        "wrong": wrong,
    }
    return render(request, "console/recall_form.html", words, status=422 if wrong else 200)


def _page(request: HttpRequest, staff: Account, recall_id: int, *, wrong: str = "") -> HttpResponse:
    found = _one(recall_id, staff)
    problems = (*problems_of(found.draft), *lacking_in(found.draft))
    done = DONE.get(request.GET.get("done", ""))
    words = {
        "staff": staff,
        "recall": found,
        "name": _name(found),
        "status": gettext(STATUS[found.status]),
        "notices": [(language, _notice(found, language)) for language in LANGUAGES],
        "lacks": form.by_label(form.in_words(problems, form.written(found.draft))),
        "names": account_names(),
        "may_act": Role.RECALL_OFFICER in staff.roles,
        "is_own": found.drafted_by == staff.user_id,
        "longest": LONGEST_WORDS,
        "wrong": wrong,
        "done": gettext(done) if done else "",
    }
    if found.status is not Status.DRAFTED:
        progress = read_progress(recall_id, acting=staff.user_id)
        words |= {
            "progress": progress,
            "channels": [
                (gettext(name), progress.by_channel.get(code, 0), progress.failed_by_channel.get(code, 0))
                for code, name in CHANNELS.items()
            ],
            "traced": _traced(found),
        }
    return render(request, "console/recall.html", words, status=422 if wrong else 200)


def _traced(found: Recall) -> tuple[int, int, datetime | None]:
    """Return how many quarters were traced, of how many, and when last."""
    done, at = quarters_traced(found.id)
    return done, len(stretches_of(found.id)) if found.status is Status.RELEASED else done, at


def _name(found: Recall) -> str:
    """Return what the product is called, in the reader's language if it is written in it."""
    wanted = dict.fromkeys((reader_language(), *LANGUAGES))
    names = (found.draft.words[language].product for language in wanted if language in found.draft.words)
    return next((name for name in names if name), found.draft.reference)


def _notice(found: Recall, language: Language) -> Notice:
    return notice(published_of(found), language, sellers=sellers(found.draft, language))


def _one(recall_id: int, staff: Account) -> Recall:
    try:
        return read_recall(recall_id, acting=staff.user_id)
    except LookupError:
        raise Http404 from None


def _to(recall_id: int, done: str) -> HttpResponse:
    answer = redirect("console-recall", recall_id)
    answer["Location"] += f"?done={done}"
    return answer
