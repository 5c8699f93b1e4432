"""What must have been announced before a widening may take effect, and what of it is missing (R32)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tarkka.description.comparison import WIDENING, diff
from tarkka.description.value import Description


@dataclass(frozen=True, slots=True)
class Announced:
    """One announcement: of which content, for which day, in which channel, on which day."""

    digest: bytes
    effective_on: date
    channel: str
    announced_on: date


def reasons_against(
    before: Description, after: Description, effective_on: date, announcements: Iterable[Announced]
) -> Iterator[str]:
    """Yield, in words with the remedy, what keeps `after` from taking effect on that day; nothing if all is announced.

    A widening needs every channel and the lead time of both descriptions: neither may be dropped by the change itself.
    """
    widening = [change for change in diff(before, after) if change.direction in WIDENING]
    if not widening:
        return
    lead = max(before.document.notice.lead_days, after.document.notice.lead_days)
    by = effective_on - timedelta(days=lead)
    mine = [one for one in announcements if one.digest == after.digest() and one.effective_on == effective_on]
    missing = []
    for channel in dict.fromkeys([*before.document.notice_channel, *after.document.notice_channel]):
        days = [one.announced_on for one in mine if one.channel == channel]
        if not days:
            missing.append(f"{channel}: not announced; it must be by {by}")
        elif min(days) > by:
            ahead = (effective_on - min(days)).days
            missing.append(f"{channel}: announced on {min(days)}, {ahead} days before; it must be by {by}")
    if missing:
        yield f"this widens what the register does, so it must be announced {lead} days before {effective_on}, by {by}:"
        yield from (f"  widening: {change}" for change in widening)
        yield from (f"  missing: {each}" for each in missing)
        yield (
            "Announce it and record each with `tarkka description announce FILE --effective-on DATE --channel CHANNEL "
            "--on DATE`; if a day has passed, choose a later --effective-on. It must be of this very content and day"
        )
