"""The register description as people read it, by version, and what changed from one version to the next (R6, R32).

It tells of everyone and of nobody: the page opens no door, and is the same to whoever asks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from tarkka.description.queries import load_announcements, load_rulebook
from tarkka.description.rulebook import PublishedVersion, Rulebook
from tarkka.description.schema import Chain, Document, PurposeRule, Text
from tarkka.description.value import lowered_to
from tarkka.portal.changes import SECTIONS, SUBJECT, Told, tell
from tarkka.portal.signing_in import signed_in_id
from tarkka.rights.words import BASIS
from tarkka.vocabulary import Channel, Language, Level, Objection, Purpose
from tarkka.wording import formats
from tarkka.wording.language import reader_language


@dataclass(frozen=True, slots=True)
class Collected:
    """One chain, and for every channel at which level it is collected and since when without a break."""

    chain: Chain
    levels: Sequence[tuple[Channel, Level, date]]


@dataclass(frozen=True, slots=True)
class User:
    """Who may use a purpose's data: the role's name, on whom, at most how finely, and whether a case is needed.

    `under_restriction`: also on data that is restricted (GDPR 18).
    """

    role: Text
    subjects: Sequence[str]
    level: Level
    needs_case: bool
    under_restriction: bool


@dataclass(frozen=True, slots=True)
class Used:
    """One purpose: its rule, its basis in words, who uses it, and what each objection leaves of it."""

    purpose: Purpose
    rule: PurposeRule
    basis: str
    users: Sequence[User]
    left: Sequence[tuple[Objection, Level]]


@dataclass(frozen=True, slots=True)
class Story:
    """One version: the last day on which it holds, what changed in it, and on which days that was announced where."""

    version: PublishedVersion
    last_day: date | None
    is_shown: bool
    is_in_force: bool
    is_to_come: bool
    changes: Sequence[Told]
    announced: Sequence[tuple[date, Sequence[Text]]]


@require_safe
def description(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Show a version of the description, by default the one in force; 404 if there is no such version."""
    rulebook = load_rulebook()
    if not rulebook:
        raise Http404
    today = datetime.now(rulebook.time_zone).date()
    shown = _version(rulebook, number, today)
    document = shown.description.document
    stories = list(_stories(rulebook, shown, today))
    return render(
        request,
        "portal/description.html",
        {
            "frame": "portal/page.html" if signed_in_id(request) is not None else "base.html",
            "document": document,
            "story": next(story for story in stories if story.is_shown),
            "stories": stories,
            "sections": [(anchor, gettext(word)) for anchor, word in SECTIONS.items()],
            "collected": list(_collected(document, rulebook, shown)),
            "used": list(_used(document)),
            "kept": [
                (level, kept, formats.quarters(kept.quarters, reader_language()))
                for level, kept in document.retention.items()
            ],
            "lead": formats.day_count(document.notice.lead_days, reader_language()),
        },
    )


def _version(rulebook: Rulebook, number: int | None, today: date) -> PublishedVersion:
    if number is None:
        begun = [version for version in rulebook.versions if version.effective_on <= today]
        return begun[-1] if begun else rulebook.versions[0]
    for version in rulebook.versions:
        if version.number == number:
            return version
    raise Http404


def _collected(
    document: Document, rulebook: Rulebook, shown: PublishedVersion
) -> Iterator[tuple[Text, list[Collected]]]:
    """Yield the groups of chains in the description's order, each with its chains."""
    chains = sorted(document.chain.items(), key=lambda item: list(document.chain_group).index(item[1].group))
    for group, members in groupby(chains, key=lambda item: item[1].group):
        yield (
            document.chain_group[group].name,
            [
                Collected(
                    chain,
                    [(channel, *rulebook.level_since(code, channel, shown.effective_on)[:2]) for channel in Channel],
                )
                for code, chain in members
            ],
        )


def _used(document: Document) -> Iterator[Used]:
    for purpose, rule in document.purpose.items():
        users = [
            User(
                document.role[role].name,
                [gettext(SUBJECT[subject]) for subject in use.subjects],
                use.level or rule.level,
                use.needs_case,
                use.under_restriction,
            )
            for use in rule.use
            for role in use.roles
        ]
        lowered = [(objection, lowered_to(document, purpose, objection)) for objection in document.objection]
        left = [(objection, level) for objection, level in lowered if level is not None]
        yield Used(purpose, rule, gettext(BASIS[rule.basis]), users, left)


def _stories(rulebook: Rulebook, shown: PublishedVersion, today: date) -> Iterator[Story]:
    """Yield every version, the newest first."""
    language = reader_language()
    later: PublishedVersion | None = None
    announcements = load_announcements()
    for before, version in reversed([*zip([None, *rulebook.versions], rulebook.versions, strict=False)]):
        last_day = later.effective_on - timedelta(days=1) if later else None
        channels = version.description.document.notice_channel
        mine = sorted(
            (day, list(channels).index(channel))
            for day, channel in announcements.get(version.number, [])
            if channel in channels
        )
        names = [channel.name for channel in channels.values()]
        yield Story(
            version,
            last_day,
            version is shown,
            version.effective_on <= today <= (last_day or today),
            version.effective_on > today,
            _told(before, version, language) if before else [],
            [(day, [names[place] for _, place in those]) for day, those in groupby(mine, key=lambda pair: pair[0])],
        )
        later = version


_tellings: dict[tuple[int, int, Language], Sequence[Told]] = {}
"""What changed from one version to another, by their numbers: what was published never changes."""


def _told(before: PublishedVersion, after: PublishedVersion, language: Language) -> Sequence[Told]:
    key = (before.number, after.number, language)
    if key not in _tellings:
        _tellings[key] = tell(before.description, after.description, language)
    return _tellings[key]
