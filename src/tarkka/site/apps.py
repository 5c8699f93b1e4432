"""The site as a Django application: base templates, static files, catalogues."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """What every face shares; no tables."""

    name = "tarkka.site"
