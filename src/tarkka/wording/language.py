"""The language that the reader has now."""

from django.conf import settings
from django.utils.translation import get_language

from tarkka.vocabulary import Language


def reader_language() -> Language:
    """Return the active language; the installation's own where Django has switched translation off."""
    return Language(get_language() or settings.LANGUAGE_CODE)
