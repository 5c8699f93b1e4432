"""The description room as a Django application."""

from django.apps import AppConfig


class DescriptionConfig(AppConfig):
    """Holds the published versions of the register description."""

    name = "tarkka.description"
    label = "description"
