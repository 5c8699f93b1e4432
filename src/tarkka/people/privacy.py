"""What the tables of persons, households, cards, contacts and choices say about people, column by column."""

from tarkka.vocabulary import Category, LeftOut, PersonalTable

PERSONAL = {
    "card": PersonalTable(
        "The cards that a person's purchases are recognised by, and since and until when.",
        {"id": Category.KEY, "number": Category.CARD, "person_id": Category.KEY, "valid": Category.CARD},
        whose="person_id",
    ),
    "contact": PersonalTable(
        "How to reach a person, and whether for notices of danger alone.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "kind": Category.CONTACT,
            "value": Category.CONTACT,
            "for_safety_only": Category.CHOICE,
        },
        whose="person_id",
    ),
    "household": PersonalTable(
        "The households that earn bonus together.",
        {"id": Category.KEY, "founded_at": Category.HOUSEHOLD},
        whose=None,
        left_out={"founded_at": LeftOut.HOUSEHOLD},
    ),
    "level_cap": PersonalTable(
        "The coarsest level at which a person's purchases are written, after an upheld request.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "request_id": Category.KEY,
            "level": Category.CHOICE,
            "valid": Category.CHOICE,
            "reason": Category.CHOICE,
        },
        whose="person_id",
    ),
    "membership": PersonalTable(
        "Which household a person belonged to when, and when as its main member.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "household_id": Category.KEY,
            "is_main_member": Category.HOUSEHOLD,
            "valid": Category.HOUSEHOLD,
        },
        whose="person_id",
    ),
    "objection": PersonalTable(
        "A person's objections A and B: where, when and by whom each was made and withdrawn, under which description.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "kind": Category.CHOICE,
            "made_at": Category.CHOICE,
            "made_place": Category.CHOICE,
            "made_by": Category.EMPLOYEE,
            "made_version": Category.CHOICE,
            "withdrawn_at": Category.CHOICE,
            "withdrawn_place": Category.CHOICE,
            "withdrawn_by": Category.EMPLOYEE,
            "withdrawn_version": Category.CHOICE,
        },
        whose="person_id",
    ),
    "person": PersonalTable(
        "A person: the identity code as a keyed hash to find it by and encrypted to read it, name and language.",
        {
            "id": Category.KEY,
            "identity_hash": Category.IDENTITY,
            "identity_sealed": Category.IDENTITY,
            "given_name": Category.IDENTITY,
            "family_name": Category.IDENTITY,
            "language": Category.CONTACT,
            "registered_at": Category.IDENTITY,
        },
        whose="id",
        left_out={"identity_hash": LeftOut.REPEATED},
    ),
    "restriction": PersonalTable(
        "From when until when a person's data is only stored, at which request and why.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "request_id": Category.KEY,
            "valid": Category.CHOICE,
            "reason": Category.CHOICE,
            "end_reason": Category.CHOICE,
        },
        whose="person_id",
    ),
    "wish": PersonalTable(
        "What a person wished to be sent, for which purpose and by which kind of contact, and since and until when.",
        {
            "id": Category.KEY,
            "person_id": Category.KEY,
            "purpose": Category.CHOICE,
            "kind": Category.CHOICE,
            "wished_at": Category.CHOICE,
            "ended_at": Category.CHOICE,
        },
        whose="person_id",
    ),
}

NOT_PERSONAL: dict[str, str] = {}
