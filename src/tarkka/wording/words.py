"""The words that people read for the register's closed lists: one message id for each member.

Purposes, roles and chains are not here: the register description names them. `gettext_noop` marks the ids for the
catalogues; the filters of `templatetags/tarkka.py` translate them.
"""

from django.utils.translation import gettext_noop as msgid

from tarkka.vocabulary import Channel, Level, Outcome, Part, RequestKind

CHANNEL = {
    Channel.STORE: msgid("channel.store"),
    Channel.WEB: msgid("channel.web"),
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
