"""What the tables of sessions say about people, column by column."""

from tarkka.vocabulary import Category, LeftOut, PersonalTable

PERSONAL = {
    "session": PersonalTable(
        "Who is signed in: the person's id or the employee's user id, and language, when they signed in and what they"
        " looked for, under a random"
        " key, until it ends.",
        {
            "session_key": Category.KEY,
            "session_data": Category.TRAIL,
            "expire_date": Category.TRAIL,
            "person_id": Category.KEY,
            "staff": Category.EMPLOYEE,
        },
        whose="person_id",
        left_out={"session_data": LeftOut.PASSING, "expire_date": LeftOut.PASSING},
    ),
}

NOT_PERSONAL = {
    "request_count": "How often somebody asks, by a keyed hash of an address or a session, for a minute.",
    "sign_in_used": "Hashes of random values that were used in signing in, so that none is used again.",
}

WITHOUT_POLICIES = {
    "session": "It is read before anybody is known, by a random key that only the browser and the row have.",
}
"""Tables that are read outside the door, and why they may be."""
