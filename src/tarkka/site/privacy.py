"""What the framework's own tables say about people."""

from tarkka.vocabulary import Category, PersonalTable

PERSONAL = {
    "django_session": PersonalTable(
        "Who is signed in: the person's id and language under a random key, until the session ends.",
        {"session_key": Category.KEY, "session_data": Category.TRAIL, "expire_date": Category.TRAIL},
        whose=None,
    ),
}

NOT_PERSONAL = {"django_migrations": "Which migrations were run."}

WITHOUT_POLICIES = {
    "django_session": "It is read before anybody is known, by a random key that only the browser and the row have.",
}
"""Tables that are read outside the door, and why they may be."""
