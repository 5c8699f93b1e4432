"""A recall as it is drafted: what is recalled, from when and where, and what is told of it in three languages.

Read from a TOML or JSON file, or filled in a form: `problems_of` says what is wrong with it, `lacking_in` what must be
written before it can be released.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from tarkka.description.errors import Problem, choose
from tarkka.recalls.playing_down import played_down
from tarkka.vocabulary import Gtin, Language, gtin14

MAX_BYTES = 200_000
LONGEST = 2_000
LONGEST_PERIOD = timedelta(days=20 * 366)
LANGUAGES = (Language.FI, Language.SV, Language.EN)


class RecallKind(StrEnum):
    """By which law it is told: food by Regulation 178/2002 article 19, other products by 2023/988 articles 35–36."""

    FOOD = "food"
    PRODUCT = "product"


class DraftInvalid(ValueError):
    """A recall cannot be drafted, or not released, as it is. Carries every problem that was found."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        lines = [f"{name}: {each.place}: {each.wrong}. {each.remedy}".replace(": : ", ": ") for each in problems]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Words:
    """What is told of a recall in one language: brand and name, the danger, what to do, what one gets, who helps."""

    product: str = ""
    hazard: str = ""
    instructions: str = ""
    remedy: str = ""
    contact: str = ""


WORDS = tuple(each.name for each in fields(Words))


@dataclass(frozen=True, slots=True)
class Draft:
    """What is recalled. No lots: every lot; no outlets, which go by their codes: every outlet.

    `groups` are the product groups that it is sold in, by which those are found of whose purchases nothing finer is
    stored; with no GTIN, everything in them is recalled. `first` and `last` are days of purchase, both included.
    """

    kind: RecallKind
    is_dangerous: bool
    gtins: tuple[Gtin, ...] = ()
    groups: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    words: Mapping[Language, Words] = field(default_factory=dict)
    reference: str = ""


def problems_of(draft: Draft) -> tuple[Problem, ...]:
    """Return what is wrong with a draft, whatever else it may still lack."""
    return tuple(_problems(draft))


def _problems(draft: Draft) -> Iterator[Problem]:
    if not draft.is_dangerous:
        yield Problem(
            "dangerous",
            "a recall without a danger is not traced: only a danger overrides what people chose",
            "State the danger and write `dangerous = true`; tell of a fault without danger by an ordinary message",
        )
    if draft.first and draft.last:
        if draft.last < draft.first:
            yield Problem("to", "the last day is before the first", "Write the first day of purchase before the last")
        elif draft.last - draft.first > LONGEST_PERIOD:
            yield Problem("to", "the period is longer than twenty years", "Give the days on which it was sold")
    if draft.first and draft.first > datetime.now(UTC).date() + timedelta(days=1):
        yield Problem("from", "the first day is to come", "Give a day on which it was sold already")
    for language, words in draft.words.items():
        for name in WORDS:
            text = getattr(words, name)
            if len(text) > LONGEST:
                yield Problem(f"{language}.{name}", f"the text is longer than {LONGEST} characters", "Shorten it")
            if name != "contact" and (found := played_down(text, language)):
                yield Problem(
                    f"{language}.{name}",
                    f"{found[0]!r} plays the danger down ({found[1]}), which Regulation 2023/988 article 36 forbids",
                    "Leave it out, and say what the danger is",
                )


def lacking_in(draft: Draft) -> tuple[Problem, ...]:
    """Return what a draft must still have before it can be released (2023/988 article 36; 178/2002 article 19)."""
    return tuple(_lacking(draft))


def _lacking(draft: Draft) -> Iterator[Problem]:
    if not draft.gtins and not draft.groups:
        yield Problem("gtins", "no product is named", "Name it by its GTIN, or its product group by `groups`")
    for name, day in (("from", draft.first), ("to", draft.last)):
        if day is None:
            yield Problem(name, "this is missing", "Give the days of purchase that it concerns, both included")
    needed = [name for name in WORDS if name != "remedy" or draft.kind is RecallKind.PRODUCT]
    for language in LANGUAGES:
        words = draft.words.get(language, Words())
        for name in needed:
            if not getattr(words, name):
                yield Problem(f"{language}.{name}", "this is missing", f"Write it in [{language}]")


def read_draft(path: Path) -> Draft:
    """Return the draft in a TOML file, or a JSON one that is named so. Raises DraftInvalid."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            _refuse(path, "", "the file is too large", f"A recall is at most {MAX_BYTES} bytes long")
        text = raw.decode()
        plain = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        _refuse(path, "", f"the file cannot be read ({error.strerror})", "Give the path of a TOML or JSON file")
    except (ValueError, RecursionError) as error:
        _refuse(path, "", f"this is no TOML or JSON ({error})", "Write it as docs/recalls.md shows")
    if not isinstance(plain, dict):
        _refuse(path, "", "this is no table", "Write it as docs/recalls.md shows")
    return draft_of(plain, str(path))


def _refuse(path: Path, place: str, wrong: str, remedy: str) -> None:
    raise DraftInvalid(str(path), (Problem(place, wrong, remedy),)) from None


_LISTS = ("gtins", "groups", "lots", "outlets")
_KEYS = ("kind", "dangerous", *_LISTS, "from", "to", "reference", *(language.value for language in LANGUAGES))


def draft_of(plain: Mapping[str, Any], name: str) -> Draft:
    """Return the draft of a plain table, as docs/recalls.md shows it, named so in errors. Raises DraftInvalid."""
    problems = [
        Problem(key, "there is no such key", choose(key, _KEYS).rstrip(".")) for key in plain if key not in _KEYS
    ]
    kind = _kind(plain.get("kind"), problems)
    is_dangerous = plain.get("dangerous", False)
    if not isinstance(is_dangerous, bool):
        problems.append(Problem("dangerous", "expected true or false", "Write `dangerous = true`"))
    lists = {key: _texts(plain.get(key, []), key, problems) for key in _LISTS}
    gtins = _gtins(lists["gtins"], problems)
    days = {key: _day(plain.get(key), key, problems) for key in ("from", "to")}
    words = {language: _words(plain.get(language.value, {}), language, problems) for language in LANGUAGES}
    reference = plain.get("reference", "")
    if not _is_text(reference) or len(reference) > 100:
        problems.append(Problem("reference", "expected text of at most 100 characters", "Give the notice's number"))
    if problems:
        raise DraftInvalid(name, tuple(problems))
    return Draft(
        kind=kind,
        is_dangerous=bool(is_dangerous),
        gtins=gtins,
        groups=lists["groups"],
        lots=tuple(dict.fromkeys(map(plain_lot, lists["lots"]))),
        outlets=lists["outlets"],
        first=days["from"],
        last=days["to"],
        words=words,
        reference=str(reference).strip(),
    )


def plain_lot(lot: str) -> str:
    """Return a lot in capital letters without spaces: so it is compared, for each prints it in its own way."""
    return "".join(lot.split()).upper()


def _kind(raw: object, problems: list[Problem]) -> RecallKind:
    if isinstance(raw, str) and raw in {each.value for each in RecallKind}:
        return RecallKind(raw)
    problems.append(Problem("kind", f"{raw!r} is no kind of recall", choose(str(raw), RecallKind).rstrip(".")))
    return RecallKind.PRODUCT


def _is_text(raw: object) -> bool:
    """Whether it is text that a database can keep: without the character 0, and of whole characters."""
    return isinstance(raw, str) and "\x00" not in raw and raw.encode(errors="ignore").decode() == raw


def _texts(raw: object, place: str, problems: list[Problem]) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(map(_is_text, raw)):
        problems.append(Problem(place, "expected a list of texts", f'Write {place} = ["…"]'))
        return ()
    return tuple(dict.fromkeys(text.strip() for text in raw if text.strip()))


def _gtins(texts: tuple[str, ...], problems: list[Problem]) -> tuple[Gtin, ...]:
    made: list[Gtin] = []
    for number, text in enumerate(texts, 1):
        try:
            made.append(gtin14(text))
        except ValueError:
            problems.append(
                Problem(f"gtins[{number}]", f"{text!r} is no GTIN", "Give 8, 12, 13 or 14 digits, check digit included")
            )
    return tuple(dict.fromkeys(made))


def _day(raw: object, place: str, problems: list[Problem]) -> date | None:
    if isinstance(raw, str):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raw = raw.strip() or None
    if raw is None or (isinstance(raw, date) and not isinstance(raw, datetime)):
        return raw
    problems.append(Problem(place, "expected a day", "Write it as 2024-03-31"))
    return None


def _words(raw: object, language: Language, problems: list[Problem]) -> Words:
    if not isinstance(raw, Mapping):
        problems.append(Problem(language.value, "expected a table", f"Write it as [{language}]"))
        return Words()
    for key, text in raw.items():
        if key not in WORDS:
            problems.append(Problem(f"{language}.{key}", "there is no such key", choose(str(key), WORDS).rstrip(".")))
        elif not _is_text(text):
            problems.append(Problem(f"{language}.{key}", "expected text", "Put it in quotation marks"))
    return Words(**{key: " ".join(str(raw.get(key, "")).split(" ")).strip() for key in WORDS})
