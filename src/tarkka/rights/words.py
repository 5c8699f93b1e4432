"""The words for the members of lists that only extracts speak of."""

from django.utils.translation import gettext_noop as msgid

CONTACT = {
    "email": msgid("extract.contact.email"),
    "phone": msgid("extract.contact.phone"),
    "post": msgid("extract.contact.post"),
}
LANGUAGE = {
    "en": msgid("extract.language.en"),
    "fi": msgid("extract.language.fi"),
    "sv": msgid("extract.language.sv"),
}
SUBJECT = {
    "audience": msgid("extract.subject.audience"),
    "household": msgid("extract.subject.household"),
    "lookup": msgid("looks.what.lookup"),
    "person": msgid("extract.subject.person"),
    "trace": msgid("extract.subject.trace"),
    "trail": msgid("looks.what.trail"),
}
WAY = {"online": msgid("extract.way.online"), "paper": msgid("extract.way.paper")}
