"""The words for the legal bases, and for the members of lists that only extracts speak of."""

from django.utils.translation import gettext_noop as msgid

from tarkka.description.schema import Basis

BASIS = {
    Basis.CONSENT: msgid("basis.consent"),
    Basis.CONTRACT: msgid("basis.contract"),
    Basis.LEGAL_OBLIGATION: msgid("basis.legal_obligation"),
    Basis.VITAL_INTERESTS: msgid("basis.vital_interests"),
    Basis.PUBLIC_TASK: msgid("basis.public_task"),
    Basis.LEGITIMATE_INTERESTS: msgid("basis.legitimate_interests"),
}
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
CERTAINTY = {
    "bought": msgid("extract.certainty.bought"),
    "may_have_bought": msgid("extract.certainty.may_have_bought"),
}
CHANNEL = {
    "email": msgid("extract.channel.email"),
    "letter": msgid("extract.channel.letter"),
    "portal": msgid("extract.channel.portal"),
    "text": msgid("extract.channel.text"),
}
NOTICE = {
    "failed": msgid("extract.notice.failed"),
    "told": msgid("extract.notice.told"),
    "trying": msgid("extract.notice.trying"),
}
