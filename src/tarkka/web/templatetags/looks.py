"""How a look is told in words: why, who, at what. The page and its download say the same."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.access.queries import Event, Looker
from tarkka.access.told import CaseTold, Told
from tarkka.description.rulebook import Rulebook
from tarkka.description.schema import Document, PurposeRule
from tarkka.vocabulary import Act, Purpose, SubjectKind
from tarkka.wording.language import reader_language

register = template.Library()

LOOKERS = {
    Looker.STAFF: msgid("looks.by.staff"),
    Looker.AUTOMATIC: msgid("looks.by.automatic"),
    Looker.CUSTOMER: msgid("looks.by.customer"),
    Looker.ME: msgid("looks.by.me"),
}
"""What the kinds of actors are called in the filter, in its order."""
_SUBJECTS = {
    SubjectKind.AUDIENCE: msgid("looks.what.group"),
    SubjectKind.HOUSEHOLD: msgid("looks.what.household"),
    SubjectKind.LOOKUP: msgid("looks.what.lookup"),
    SubjectKind.PERSON: msgid("looks.what.person"),
    SubjectKind.TRACE: msgid("looks.what.group"),
    SubjectKind.TRAIL: msgid("looks.what.trail"),
}


@register.filter
def why(event: Event, rulebook: Rulebook) -> str:
    """Return what the look was for, as the description in force calls it, or the one that was in force then."""
    rule = _purpose(event, rulebook)
    return event.purpose.value if rule is None else rule.name.written_in(reader_language())


def _purpose(event: Event, rulebook: Rulebook) -> PurposeRule | None:
    now = rulebook.in_force(timezone.now())
    then = (version for version in rulebook.versions if version.number == event.version)
    for version in (now, *then):
        if event.purpose in version.description.document.purpose:
            return version.description.document.purpose[event.purpose]
    return None


@register.filter
def who(event: Event, rulebook: Rulebook) -> str:
    """Return who looked: the person, another customer, the program, or staff in which role; no employee by name."""
    if event.looker is Looker.ME:
        return gettext("looks.you")
    if event.looker is Looker.AUTOMATIC:
        return gettext("looks.automatic")
    if event.looker is Looker.CUSTOMER:
        is_of_household = event.subject_kind is SubjectKind.HOUSEHOLD and event.level is not None
        return gettext("looks.household") if is_of_household else gettext("looks.customer")
    roles = rulebook.in_force(timezone.now()).description.document.role
    return roles[event.role].name.written_in(reader_language()) if event.role in roles else event.role.value


@register.filter
def case_of(event: Event, told: Told) -> CaseTold | None:
    """Return the case that a look belongs to, if the person is told of one. A recall's number is no case's."""
    return None if event.purpose == Purpose.RECALL else told.cases.get(event.case_ref or "")


@register.filter
def reference_name(event: Event) -> str:
    """Return what the number is that a look refers to: a recall's, or a case's."""
    return gettext("looks.recall") if event.purpose == Purpose.RECALL else gettext("looks.case")


@register.filter
def situation(case: CaseTold, document: Document) -> str:
    """Return what a case was about, and where the customer was; or that it was without them."""
    language, rule = reader_language(), document.situation.get(case.situation)
    what = case.situation if rule is None else rule.name.written_in(language)
    where = gettext("looks.glass") if case.place is None else document.place[case.place].name.written_in(language)
    return f"{what} · {where}"


@register.filter
def done_at(event: Event, told: Told) -> tuple[Act, ...]:
    """Return what staff did for the person at a look."""
    return told.acts.get(event.id, ())


@register.filter
def what(event: Event) -> str:
    """Return at what the look was: the person's own data, the household's purchases, or a group that they were in."""
    return gettext(_SUBJECTS[event.subject_kind])
