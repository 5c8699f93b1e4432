"""Why something could not be done as a form asked, in words."""

from collections.abc import Callable

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.access import NotAllowed
from tarkka.people.details import WrongContact
from tarkka.rights.actions import NotPlainText

CONTACT = {
    "email": msgid("contact.wrong.email"),
    "empty": msgid("contact.wrong.empty"),
    "phone": msgid("contact.wrong.phone"),
    "post": msgid("contact.wrong.post"),
    "too_long": msgid("contact.wrong.too_long"),
}
TEXT = {
    "empty": msgid("request.wrong.empty"),
    "too_long": msgid("request.wrong.too_long"),
    "unseen": msgid("request.wrong.unseen"),
}
_NOT_ALLOWED = {
    "late_without_reason": msgid("breach.wrong.late"),
    "told_too_late": msgid("desk.wrong.too_soon"),
}


def why_not(do: Callable[[], object]) -> str:
    """Do it; return why it could not be done, or nothing if it was."""
    try:
        do()
    except NotPlainText as wrong:
        return gettext(TEXT[wrong.reason])
    except WrongContact as wrong:
        return gettext(CONTACT[wrong.code])
    except NotAllowed as refused:
        words = _NOT_ALLOWED.get(refused.reason)
        return gettext(words) if words else gettext("desk.wrong.refused")
    except ValueError:
        return gettext("desk.wrong.input")
    return ""
