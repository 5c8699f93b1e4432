"""The closed lists that code, SQL and the description share, each in alphabetical order, Level in its own."""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How fine purchase data is. Ordered, so `min` gives the coarser of two (R2, R4)."""

    TOTAL = 1
    GROUP = 2
    PRODUCT = 3


class Act(StrEnum):
    """What staff do for a person, as the person is told it (R17, R22)."""

    CARD_CLOSED = "card_closed"
    CARD_OPENED = "card_opened"
    CARD_REPLACED = "card_replaced"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_REMOVED = "contact_removed"
    DATA_ERASED = "data_erased"
    EXTRACT_ORDERED = "extract_ordered"
    HOUSEHOLD_MOVED = "household_moved"
    LANGUAGE_CHANGED = "language_changed"
    LEVEL_CAP_ENDED = "level_cap_ended"
    LEVEL_CAPPED = "level_capped"
    NAME_CORRECTED = "name_corrected"
    OBJECTION_MADE = "objection_made"
    OBJECTION_WITHDRAWN = "objection_withdrawn"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_EXTENDED = "request_extended"
    REQUEST_MADE = "request_made"
    RESTRICTED = "restricted"
    RESTRICTION_LIFTED = "restriction_lifted"
    WISH_ENDED = "wish_ended"
    WISH_MADE = "wish_made"


class Channel(StrEnum):
    """The sales channel of a purchase (R4)."""

    STORE = "store"
    WEB = "web"


class Language(StrEnum):
    """The languages that everything people read is written in."""

    EN = "en"
    FI = "fi"
    SV = "sv"


class Objection(StrEnum):
    """A: no targeting on data finer than TOTAL (R15). B: no PRODUCT data in customer-specific services (R16)."""

    A = "A"
    B = "B"


class Outcome(StrEnum):
    """How a request was answered."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


class Part(StrEnum):
    """What of a person's data a case may show, besides their name: as its situation needs (R23)."""

    CARD = "card"
    CHOICES = "choices"
    CONTACT = "contact"
    HOUSEHOLD = "household"
    LOOKS = "looks"
    PURCHASES = "purchases"
    REQUESTS = "requests"


class Place(StrEnum):
    """Where a choice was made (R17)."""

    DESK = "desk"
    PHONE = "phone"
    PORTAL = "portal"


class Purpose(StrEnum):
    """What personal data may be read for. A description gives each one its basis, roles, levels and subjects."""

    BONUS = "bonus"
    CUSTOMER_SERVICE = "customer_service"
    HOUSEHOLD_VIEW = "household_view"
    MARKETING = "marketing"
    OWN_DATA = "own_data"
    RECALL = "recall"
    REGISTER_UPKEEP = "register_upkeep"
    SERVICES = "services"
    STATISTICS = "statistics"
    SUPERVISION = "supervision"


class RequestKind(StrEnum):
    """What a person may ask of their data (GDPR 17, 21(1), 16 and 18)."""

    ERASURE = "erasure"
    OBJECTION = "objection"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"


class Role(StrEnum):
    """Who may come to the door. `automatic` is the program itself at scheduled work."""

    ANALYST = "analyst"
    AUTOMATIC = "automatic"
    CUSTOMER = "customer"
    CUSTOMER_SERVICE = "customer_service"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    MARKETER = "marketer"
    RECALL_OFFICER = "recall_officer"
    REGISTER_ADMINISTRATOR = "register_administrator"


class SubjectKind(StrEnum):
    """The shape of what a look is at. Each shape has its own database role and policies."""

    AUDIENCE = "audience"
    HOUSEHOLD = "household"
    LOOKUP = "lookup"
    PERSON = "person"
    TRACE = "trace"
    TRAIL = "trail"
