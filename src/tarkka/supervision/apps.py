"""Supervision as a Django application."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Rules that flag, flags and decisions."""

    name = "tarkka.supervision"
