"""What the framework's own tables say about people: nothing."""

from tarkka.vocabulary import PersonalTable

PERSONAL: dict[str, PersonalTable] = {}

NOT_PERSONAL = {"django_migrations": "Which migrations were run."}
