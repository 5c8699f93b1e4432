"""The table of sessions as Django sees it. PostgreSQL owns its shape (sql/tables.sql)."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from tarkka.sign_in import sessions


class Session(AbstractBaseSession):
    """A visit by one browser."""

    person_id = models.BigIntegerField(null=True)
    staff = models.TextField(null=True)  # noqa: DJ001  # nobody of the staff

    class Meta(AbstractBaseSession.Meta):
        managed = False
        db_table = "session"

    @classmethod
    def get_session_store_class(cls) -> type[sessions.SessionStore]:
        """Return what reads and writes the rows."""
        return sessions.SessionStore
