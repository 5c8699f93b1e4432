"""What the published description says about people: nothing but who published it."""

from tarkka.vocabulary import Category, PersonalTable

PERSONAL = {
    "description_announcement": PersonalTable(
        "That a change was announced, and which operator recorded it.",
        {
            "id": Category.NONE,
            "digest": Category.NONE,
            "effective_on": Category.NONE,
            "channel": Category.NONE,
            "announced_on": Category.NONE,
            "recorded_at": Category.NONE,
            "recorded_by": Category.EMPLOYEE,
            "xid": Category.NONE,
            "salt": Category.NONE,
        },
        whose="recorded_by",
    ),
    "description_version": PersonalTable(
        "The description as it was published, and by which operator.",
        {
            "number": Category.NONE,
            "effective_on": Category.NONE,
            "time_zone": Category.NONE,
            "published_at": Category.NONE,
            "published_by": Category.EMPLOYEE,
            "xid": Category.NONE,
            "salt": Category.NONE,
            "digest": Category.NONE,
            "source": Category.NONE,
            "compiled": Category.NONE,
            "agreement": Category.NONE,
        },
        whose="published_by",
    ),
}

NOT_PERSONAL = {
    "description_level": "How finely is collected from which chain in which channel.",
    "description_situation": "What a case of customer service shows in which situation.",
    "description_use": "Which role may use which level for which purpose.",
}

WITHOUT_POLICIES = {
    "description_announcement": "It is published, and of nobody but the operator who recorded it.",
    "description_version": "It is published, and of nobody but the operator who published it.",
}
"""Tables that are read outside the door, and why they may be."""
