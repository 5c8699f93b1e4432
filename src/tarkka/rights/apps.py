"""The rights room as a Django application."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    """Holds the history of extracts, and requests of rectification, restriction, erasure and objection."""

    name = "tarkka.rights"
