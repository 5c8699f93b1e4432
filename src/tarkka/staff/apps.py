"""Staff accounts as a Django application."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Accounts of staff and their credentials."""

    name = "tarkka.staff"
