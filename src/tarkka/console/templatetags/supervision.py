"""What the officer's pages say of flags, events and staff."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.console import desk
from tarkka.supervision.queries import Deed, Flag
from tarkka.supervision.rules import Rule

register = template.Library()


@register.filter
def rule_name(rule: Rule) -> str:
    """Return what a rule is called."""
    return gettext(desk.RULE[rule])


@register.filter
def saw(flag: Flag) -> str:
    """Return what the rule saw."""
    return desk.saw(flag)


@register.filter
def verdict(code: str) -> str:
    """Return what was decided."""
    return gettext(desk.VERDICT[code])


@register.filter
def holder(user_id: str, names: Mapping[str, str]) -> str:
    """Return whose account it is; the user id where it was nobody's, as a command's in the demo is."""
    return names.get(user_id, user_id)


@register.filter
def whom(deed: Deed) -> str:
    """Return whom an event was at: customers by their number alone."""
    if deed.person_id is not None:
        return gettext("events.person %(number)s") % {"number": deed.person_id}
    return gettext(_WHOM[deed.subject_kind]) % {"people": deed.people}


_WHOM = {
    "audience": msgid("events.group %(people)s"),
    "household": msgid("events.household %(people)s"),
    "lookup": msgid("events.lookup %(people)s"),
    "person": msgid("events.erased"),
    "trace": msgid("events.group %(people)s"),
    "trail": msgid("events.trail %(people)s"),
}
