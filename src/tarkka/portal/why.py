"""Why a receipt is as fine as it is, in words: for its page and its paper (R3, R4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.description.queries import load_rulebook
from tarkka.description.schema import Document
from tarkka.purchases.queries import ReceiptDetail
from tarkka.vocabulary import Channel, Language, Level
from tarkka.wording import formats
from tarkka.wording.words import CHANNEL, HOLD


@dataclass(frozen=True, slots=True)
class Why:
    """How a receipt is stored, what that means in the register description's own words, and by which version why."""

    stored: str
    meaning: str
    reasons: tuple[str, ...]
    version: str


def why(detail: ReceiptDetail, document: Document, cap: Level | None, language: Language) -> Why:
    """Say why a receipt is as fine as it is.

    `document` is the version in force at the time of purchase, `cap` the finest level at which the person's purchases
    were stored then, if somebody had set one.
    """
    receipt = detail.receipt
    stored, since, nothing_finer = _by_level(receipt.level)
    reasons: list[str] = []
    if detail.dropped:
        reasons += _dropped(detail, language)
    elif receipt.level is detail.collected_level:
        chain = document.chain[receipt.chain].name.written_in(language)
        channel = gettext(CHANNEL[Channel(receipt.channel)])
        told = {"chain": chain, "channel": channel, "since": formats.day(detail.collected_since, language)}
        reasons.append(since % told)
    elif detail.refers_to:
        reasons.append(gettext("why.as_sale"))
    elif cap is not None and cap <= receipt.level:
        reasons.append(gettext("why.capped"))
    else:
        reasons.append(gettext("why.delivered"))
    if nothing_finer and not detail.dropped:
        reasons.append(nothing_finer)
    if detail.finer_since:
        reasons.append(_later(detail.finer_level, detail.finer_since, language))
    if receipt.level is Level.PRODUCT:
        reasons.append(gettext("why.product.seen_by"))
    version = gettext("why.version %(version)s %(since)s") % {
        "version": receipt.version,
        "since": formats.day(detail.version_from, language),
    }
    return Why(stored, document.level[receipt.level].text.written_in(language), tuple(reasons), version)


_DROPPED = {
    Level.PRODUCT: msgid("why.dropped.product %(since)s"),
    Level.GROUP: msgid("why.dropped.group %(since)s"),
    Level.TOTAL: msgid("why.dropped.total %(since)s"),
}


def _dropped(detail: ReceiptDetail, language: Language) -> Iterator[str]:
    """Say what of a receipt was let go, when and by which rule of the description, and for what it is still held."""
    versions = {version.number: version.description.document for version in load_rulebook().versions}
    for each in detail.dropped:
        yield gettext(_DROPPED[each.level]) % {"since": formats.day(timezone.localdate(each.at), language)}
    for each in detail.dropped:
        document = versions[each.version]
        kept = document.retention[each.level]
        yield gettext("why.dropped.kept %(level)s %(time)s %(text)s") % {
            "level": document.level[each.level].name.written_in(language),
            "time": formats.quarters(kept.quarters, language),
            "text": kept.text.written_in(language),
        }
    if detail.holds:
        yield gettext("why.held %(holds)s") % {"holds": ", ".join(gettext(HOLD[each]) for each in detail.holds)}


def _by_level(level: Level) -> tuple[str, str, str]:
    """Return what is said of the level itself, of since when it is collected, and of what is not there."""
    if level is Level.PRODUCT:
        return gettext("why.product"), gettext("why.product.since %(chain)s %(channel)s %(since)s"), ""
    if level is Level.GROUP:
        return (
            gettext("why.group"),
            gettext("why.group.since %(chain)s %(channel)s %(since)s"),
            gettext("why.group.nothing_finer"),
        )
    return (
        gettext("why.total"),
        gettext("why.total.since %(chain)s %(channel)s %(since)s"),
        gettext("why.total.nothing_finer"),
    )


def _later(level: Level | None, since: date, language: str) -> str:
    told = {"since": formats.day(since, language)}
    return (
        gettext("why.product.later %(since)s") if level is Level.PRODUCT else gettext("why.group.later %(since)s")
    ) % told
