"""What the tables of supervision say about people, column by column: about those who work here, and no customer."""

from tarkka.vocabulary import Category, PersonalTable

PERSONAL = {
    "flag": PersonalTable(
        "What a rule of supervision found unusual in what a member of staff did.",
        {"id": Category.KEY}
        | dict.fromkeys(("rule", "actor", "first_at", "last_at"), Category.EMPLOYEE)
        | {"case_id": Category.KEY}
        | dict.fromkeys(("figures", "found_at"), Category.EMPLOYEE)
        | {"xid": Category.KEY, "salt": Category.KEY},
        whose="actor",
    ),
    "flag_decision": PersonalTable(
        "What the data-protection officer decided on it.",
        {"flag_id": Category.KEY}
        | dict.fromkeys(("decided_by", "verdict", "words", "at"), Category.EMPLOYEE)
        | {"xid": Category.KEY, "salt": Category.KEY},
        whose="flag_id",
    ),
    "flag_event": PersonalTable(
        "Which events it was about.",
        dict.fromkeys(("id", "event_id", "flag_id", "xid"), Category.KEY) | {"rule": Category.EMPLOYEE},
        whose="event_id",
    ),
    "staff_call": PersonalTable(
        "When which member of staff was on the phone, as the telephone system tells it; not with whom.",
        {"id": Category.KEY, "ref": Category.KEY}
        | dict.fromkeys(("user_id", "began_at", "ended_at", "taken_at"), Category.EMPLOYEE)
        | {"xid": Category.KEY, "salt": Category.KEY},
        whose="user_id",
    ),
}

NOT_PERSONAL = {
    "supervision_run": "Which stretches of time the rules of supervision have gone through.",
}
