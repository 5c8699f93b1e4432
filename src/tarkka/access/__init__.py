"""The one door to personal data, and the trail of everyone who came to it."""

from tarkka.access.door import Access, DoorMisused, Refused, Subject, household, opened, person

__all__ = ["Access", "DoorMisused", "Refused", "Subject", "household", "opened", "person"]
