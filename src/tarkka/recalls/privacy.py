"""What the tables of recalls say about people, column by column."""

from tarkka.vocabulary import Category, PersonalTable

PERSONAL = {
    "recall_draft": PersonalTable(
        "What is recalled and what is told of it, as it was drafted, and by which employee.",
        {"id": Category.KEY, "recall_id": Category.KEY}
        | dict.fromkeys(
            ("kind", "is_dangerous", "gtins", "group_codes", "lots", "outlets", "period", "texts"), Category.NONE
        )
        | {"drafted_by": Category.EMPLOYEE, "at": Category.EMPLOYEE, "xid": Category.KEY, "salt": Category.KEY},
        whose="drafted_by",
    ),
    "recall_release": PersonalTable(
        "That somebody else released a recall.",
        {
            "recall_id": Category.KEY,
            "draft_id": Category.KEY,
            "released_by": Category.EMPLOYEE,
            "at": Category.EMPLOYEE,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="released_by",
    ),
    "recall_end": PersonalTable(
        "That a recall was ended, and why.",
        {
            "recall_id": Category.KEY,
            "ended_by": Category.EMPLOYEE,
            "reason": Category.EMPLOYEE,
            "at": Category.EMPLOYEE,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="ended_by",
    ),
    "recall_person": PersonalTable(
        "Who bought a product that was recalled, or may have, and on which receipt: for that recall and nothing else.",
        {
            "recall_id": Category.KEY,
            "person_id": Category.KEY,
            "receipt_id": Category.KEY,
            "purchased_at": Category.PURCHASE,
            "certainty": Category.PURCHASE,
            "found_at": Category.TRAIL,
        },
        whose="person_id",
    ),
    "recall_notice": PersonalTable(
        "By which channels a person was told of a recall, when, and where it failed.",
        {
            "id": Category.KEY,
            "recall_id": Category.KEY,
            "person_id": Category.KEY,
            "channel": Category.CONTACT,
            "use_safety_contact": Category.CONTACT,
            "state": Category.CONTACT,
            "attempts": Category.CONTACT,
            "begun_at": Category.CONTACT,
            "told_at": Category.CONTACT,
            "failed_why": Category.CONTACT,
            "is_only_way": Category.CONTACT,
            "contact_id": Category.KEY,
            "token": Category.KEY,
        },
        whose="person_id",
    ),
    "recall_acknowledgement": PersonalTable(
        "That a person said they read of a recall.",
        {"recall_id": Category.KEY, "person_id": Category.KEY, "at": Category.CHOICE},
        whose="person_id",
    ),
}

NOT_PERSONAL = {
    "recall": "Recalls by number, and the published notice that each was made from.",
    "recall_run": "How many people each look of a trace found.",
}
