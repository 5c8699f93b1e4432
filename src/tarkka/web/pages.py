"""What pages of either face need."""

from django.utils import timezone

from tarkka.description.queries import load_rulebook
from tarkka.description.schema import Document

PAGE_LENGTH = 50


def described() -> Document:
    """Return the register description in force now."""
    return load_rulebook().in_force(timezone.now()).description.document
