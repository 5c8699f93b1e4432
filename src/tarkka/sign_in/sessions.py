"""Sessions in the database, each with its person in a column of its own, so that all of a person's can be ended.

Django's documented way to extend its sessions; `SESSION_ENGINE` names this module.
"""

from typing import TYPE_CHECKING, Any, cast

from django.contrib.sessions.backends import db

if TYPE_CHECKING:
    from tarkka.sign_in.models import Session


def end_sessions(person_id: int | None) -> int:
    """End the sessions of a person in every browser, or with None everybody's, and return how many there were."""
    found = SessionStore.get_model_class().objects.all()
    found = found.exclude(person_id=None) if person_id is None else found.filter(person_id=person_id)
    return int(found.delete()[0])


class SessionStore(db.SessionStore):
    """One browser's session."""

    @classmethod
    def get_model_class(cls) -> "type[Session]":
        """Return the model of the rows."""
        from tarkka.sign_in.models import Session  # once the applications are ready

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> "Session":
        """Return the row for the session's data."""
        row = cast("Session", super().create_model_instance(data))
        row.person_id = data.get("person_id")
        return row

    def end_everywhere(self) -> None:
        """End this session and every other of the same person, in whatever browser."""
        person_id = self.get("person_id")
        if person_id is not None:
            end_sessions(person_id)
        self.flush()
