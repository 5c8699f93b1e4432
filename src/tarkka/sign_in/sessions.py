"""Sessions in the database, each with its person or member of staff in a column, so that all of theirs can be ended.

Django's documented way to extend its sessions; `SESSION_ENGINE` names this module.
"""

from typing import TYPE_CHECKING, Any, cast

from django.contrib.sessions.backends import db

if TYPE_CHECKING:
    from tarkka.sign_in.models import Session


def end_sessions(person_id: int | None) -> int:
    """End the sessions of a person in every browser, or with None everybody's, staff's too, and return how many."""
    found = SessionStore.get_model_class().objects.all()
    found = found.exclude(person_id=None, staff=None) if person_id is None else found.filter(person_id=person_id)
    return int(found.delete()[0])


def end_staff_sessions(user_id: str) -> int:
    """End the sessions of a member of staff in every browser, and return how many there were."""
    return int(SessionStore.get_model_class().objects.filter(staff=user_id).delete()[0])


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
        row.staff = data.get("staff")
        if row.person_id is not None and row.staff is not None:  # told here: Django would try for ever to store it
            raise ValueError("a session is a customer's or staff's, and never both")
        return row

    def end_everywhere(self) -> None:
        """End this session and every other of the same person, in whatever browser."""
        person_id = self.get("person_id")
        if person_id is not None:
            end_sessions(person_id)
        self.flush()
