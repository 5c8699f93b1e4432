"""The words that people read for the register's closed lists: one message id for each member.

Purposes, roles and chains are not here: the register description names them. `gettext_noop` marks the ids for the
catalogues; the filters of `templatetags/tarkka.py` translate them.
"""

from django.utils.translation import gettext_noop as msgid

from tarkka.vocabulary import Act, Channel, Level, Outcome, Part, RequestKind

ACT = {
    Act.CARD_CLOSED: msgid("act.card_closed"),
    Act.CARD_OPENED: msgid("act.card_opened"),
    Act.CARD_REPLACED: msgid("act.card_replaced"),
    Act.CONTACT_CHANGED: msgid("act.contact_changed"),
    Act.CONTACT_REMOVED: msgid("act.contact_removed"),
    Act.DATA_ERASED: msgid("act.data_erased"),
    Act.EXTRACT_ORDERED: msgid("act.extract_ordered"),
    Act.HOUSEHOLD_MOVED: msgid("act.household_moved"),
    Act.LANGUAGE_CHANGED: msgid("act.language_changed"),
    Act.LEVEL_CAP_ENDED: msgid("act.level_cap_ended"),
    Act.LEVEL_CAPPED: msgid("act.level_capped"),
    Act.NAME_CORRECTED: msgid("act.name_corrected"),
    Act.OBJECTION_MADE: msgid("act.objection_made"),
    Act.OBJECTION_WITHDRAWN: msgid("act.objection_withdrawn"),
    Act.REQUEST_ANSWERED: msgid("act.request_answered"),
    Act.REQUEST_EXTENDED: msgid("act.request_extended"),
    Act.REQUEST_MADE: msgid("act.request_made"),
    Act.RESTRICTED: msgid("act.restricted"),
    Act.RESTRICTION_LIFTED: msgid("act.restriction_lifted"),
    Act.WISH_ENDED: msgid("act.wish_ended"),
    Act.WISH_MADE: msgid("act.wish_made"),
}
CHANNEL = {
    Channel.STORE: msgid("channel.store"),
    Channel.WEB: msgid("channel.web"),
}
HOLD = {
    "recall": msgid("hold.recall"),
    "request": msgid("hold.request"),
    "restriction": msgid("hold.restriction"),
}
IDENTIFIED = {
    "identity_document": msgid("case.identified.identity_document"),
    "strong_authentication": msgid("case.identified.strong_authentication"),
    "questions": msgid("case.identified.questions"),
}
LEVEL = {
    Level.TOTAL: msgid("level.total"),
    Level.GROUP: msgid("level.group"),
    Level.PRODUCT: msgid("level.product"),
}
OUTCOME = {
    Outcome.GRANTED: msgid("request.outcome.granted"),
    Outcome.PARTLY: msgid("request.outcome.partly"),
    Outcome.REFUSED: msgid("request.outcome.refused"),
}
PART = {
    Part.CARD: msgid("part.card"),
    Part.CHOICES: msgid("part.choices"),
    Part.CONTACT: msgid("part.contact"),
    Part.HOUSEHOLD: msgid("part.household"),
    Part.LOOKS: msgid("part.looks"),
    Part.PURCHASES: msgid("part.purchases"),
    Part.REQUESTS: msgid("part.requests"),
}
PAYMENT_METHOD = {
    "card": msgid("payment.card"),
    "cash": msgid("payment.cash"),
    "gift_card": msgid("payment.gift_card"),
    "group_card": msgid("payment.group_card"),
}
REQUEST = {
    RequestKind.RECTIFICATION: msgid("request.rectification"),
    RequestKind.RESTRICTION: msgid("request.restriction"),
    RequestKind.ERASURE: msgid("request.erasure"),
    RequestKind.OBJECTION: msgid("request.objection"),
}
UNIT = {
    "kg": msgid("unit.kg"),
    "l": msgid("unit.l"),
    "m": msgid("unit.m"),
    "pcs": msgid("unit.pcs"),
}
