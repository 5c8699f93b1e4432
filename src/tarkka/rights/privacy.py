"""What the tables of extracts and requests say about people, column by column."""

from tarkka.vocabulary import Category, PersonalTable

PERSONAL = {
    "breach": PersonalTable(
        "Personal data breaches: when each was found, and which employee recorded it.",
        {
            "id": Category.KEY,
            "found_at": Category.NONE,
            "recorded_at": Category.NONE,
            "recorded_by": Category.EMPLOYEE,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="recorded_by",
    ),
    "breach_entry": PersonalTable(
        "What is said of a breach, and which employee said it.",
        {
            "id": Category.KEY,
            "breach_id": Category.KEY,
            "about": Category.NONE,
            "words": Category.NONE,
            "risk": Category.NONE,
            "reported_at": Category.NONE,
            "at": Category.NONE,
            "by": Category.EMPLOYEE,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="by",
    ),
    "breach_notice": PersonalTable(
        "What those whom a breach touched are told, and which employee told it.",
        {
            "id": Category.KEY,
            "breach_id": Category.KEY,
            "fi": Category.NONE,
            "sv": Category.NONE,
            "en": Category.NONE,
            "at": Category.NONE,
            "by": Category.EMPLOYEE,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="by",
    ),
    "breach_person": PersonalTable(
        "Whom a breach touched.",
        {
            "id": Category.KEY,
            "breach_id": Category.KEY,
            "person_id": Category.KEY,
            "found_at": Category.TRAIL,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="person_id",
    ),
    "erased": PersonalTable(
        "What was erased at a person's request: rows by table, and that what earned Bonus was left untouched.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "request_id": Category.KEY,
            "at": Category.CHOICE,
            "counts": Category.CHOICE,
            "bonus_before_cents": Category.PURCHASE,
            "bonus_after_cents": Category.PURCHASE,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="person_id",
    ),
    "register_extract": PersonalTable(
        "The extracts that a person took online or ordered on paper, and when each was made.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "way": Category.CHOICE,
            "asked_at": Category.CHOICE,
            "may_cost": Category.CHOICE,
            "made_at": Category.CHOICE,
        },
        whose="person_id",
    ),
    "request": PersonalTable(
        "A person's requests of rectification, restriction, erasure and objection, in their words, and the answers.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "kind": Category.CHOICE,
            "text": Category.CHOICE,
            "place": Category.CHOICE,
            "taken_by": Category.EMPLOYEE,
            "received_at": Category.CHOICE,
            "received_on": Category.CHOICE,
            "due_on": Category.CHOICE,
            "extended_at": Category.CHOICE,
            "extension_reason": Category.CHOICE,
            "extended_by": Category.EMPLOYEE,
            "answered_at": Category.CHOICE,
            "outcome": Category.CHOICE,
            "answer": Category.CHOICE,
            "answered_by": Category.EMPLOYEE,
        },
        whose="person_id",
    ),
}

NOT_PERSONAL: dict[str, str] = {}
