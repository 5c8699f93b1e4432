"""The words for the members of this room's lists, and for those of other rooms that only extracts speak of."""

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
OUTCOME = {
    "granted": msgid("request.outcome.granted"),
    "partly": msgid("request.outcome.partly"),
    "refused": msgid("request.outcome.refused"),
}
REQUEST = {
    "rectification": msgid("request.rectification"),
    "restriction": msgid("request.restriction"),
    "erasure": msgid("request.erasure"),
    "objection": msgid("request.objection"),
}
SUBJECT = {
    "audience": msgid("extract.subject.audience"),
    "household": msgid("extract.subject.household"),
    "person": msgid("extract.subject.person"),
    "trace": msgid("extract.subject.trace"),
}
WAY = {"online": msgid("extract.way.online"), "paper": msgid("extract.way.paper")}
