"""Signing in as a Django application."""

from django.apps import AppConfig


class SignInConfig(AppConfig):
    """Sessions, what was used once, and how often somebody asks."""

    name = "tarkka.sign_in"
