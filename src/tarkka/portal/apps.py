"""The portal as a Django application."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages, tags and templates; no tables."""

    name = "tarkka.portal"
