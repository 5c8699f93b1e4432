"""The form of a recall: what was typed as a draft, and what is wrong with it in words, beside its field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as msgid

from tarkka.description.errors import Problem
from tarkka.recalls.drafts import LANGUAGES, LONGEST, WORDS, Draft, Words, draft_of
from tarkka.recalls.playing_down import played_down
from tarkka.vocabulary import Language
from tarkka.wording import formats
from tarkka.wording.language import reader_language

LISTS = ("gtins", "groups", "lots", "outlets")
LABELS = {
    "product": msgid("recall.notice.product"),
    "hazard": msgid("recall.notice.hazard"),
    "instructions": msgid("recall.notice.instructions"),
    "remedy": msgid("recall.notice.remedy"),
    "contact": msgid("recall.notice.contact"),
}
"""What the texts of a recall are called, in the order of the notice."""
_PLAYED_DOWN = {
    "voluntary": msgid("recall.forbidden.voluntary"),
    "precautionary": msgid("recall.forbidden.precautionary"),
    "discretionary": msgid("recall.forbidden.discretionary"),
    "in rare situations": msgid("recall.forbidden.rare"),
    "in specific situations": msgid("recall.forbidden.specific"),
    "no reported accidents": msgid("recall.forbidden.accidents"),
}
_FIELDS = {
    "dangerous": msgid("recall.field.dangerous"),
    "from": msgid("recall.field.from"),
    "groups": msgid("recall.field.groups"),
    "gtins": msgid("recall.field.gtins"),
    "kind": msgid("recall.field.kind"),
    "outlets": msgid("recall.field.outlets"),
    "to": msgid("recall.field.to"),
}
_MISSING = {
    "gtins": msgid("recall.missing.products"),
    "from": msgid("recall.missing.days"),
    "to": msgid("recall.missing.days"),
}
_NOT_TEXT = {
    "dangerous": msgid("recall.wrong.dangerous"),
    "kind": msgid("recall.wrong.kind"),
    "reference": msgid("recall.wrong.reference"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of one text: its name in the form, label, language, what was typed and what is wrong with it."""

    name: str
    label: str
    language: Language
    value: str
    wrong: str


def typed(form: QueryDict) -> dict[str, object]:
    """Return what a form says as the plain table that a recall's file would have."""
    return {
        "kind": form.get("kind", ""),
        "dangerous": "dangerous" in form,
        **{name: _each(form.get(name, "")) for name in LISTS},
        "from": form.get("from", ""),
        "to": form.get("to", ""),
        **{
            language.value: {name: _plain(form.get(f"{language}.{name}", "")) for name in WORDS}
            for language in LANGUAGES
        },
    }


def written(draft: Draft) -> dict[str, object]:
    """Return a draft as the plain table that it was read from."""
    return {
        "kind": draft.kind.value,
        "dangerous": draft.is_dangerous,
        "gtins": list(draft.gtins),
        "groups": list(draft.groups),
        "lots": list(draft.lots),
        "outlets": list(draft.outlets),
        "from": draft.first.isoformat() if draft.first else "",
        "to": draft.last.isoformat() if draft.last else "",
        **{
            language.value: {name: getattr(draft.words.get(language, Words()), name) for name in WORDS}
            for language in LANGUAGES
        },
    }


def draft(plain: Mapping[str, object]) -> Draft:
    """Return the draft that a form says. Raises DraftInvalid."""
    return draft_of(plain, "the form")


def texts(plain: Mapping[str, object], wrong: Mapping[str, str]) -> list[tuple[Language, list[Field]]]:
    """Return the fields of texts by language, as they are shown."""
    found = []
    for language in LANGUAGES:
        of_language = plain.get(language.value, {})
        said = of_language if isinstance(of_language, Mapping) else {}
        fields = [_field(name, language, said, wrong) for name in LABELS]
        found.append((language, fields))
    return found


def _field(name: str, language: Language, said: Mapping[str, str], wrong: Mapping[str, str]) -> Field:
    at = f"{language}.{name}"
    return Field(at, gettext(LABELS[name]), language, said.get(name, ""), wrong.get(at, ""))


def in_words(problems: Iterable[Problem], plain: Mapping[str, object]) -> dict[str, str]:
    """Return what is wrong by field, in the reader's language: what the room found, told of what was typed."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        field, _, number = problem.place.partition("[")
        words = _words(field, int(number.rstrip("]")) if number else None, plain)
        if words not in found.setdefault(field, []):
            found[field].append(words)
    return {field: " ".join(words) for field, words in found.items()}


def by_label(wrong: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the same with each field as it is labelled, and its language."""
    own_names = dict(settings.LANGUAGES)
    found = []
    for field, words in wrong.items():
        language, _, name = field.partition(".")
        label = f"{gettext(LABELS[name])} ({own_names[language]})" if name else gettext(_FIELDS.get(field, field))
        found.append((label, words))
    return found


def _words(field: str, number: int | None, plain: Mapping[str, object]) -> str:
    value = plain.get(field)
    if number is not None and isinstance(value, list):
        is_gtin = field == "gtins"
        words = gettext("recall.wrong.gtin %(value)s") if is_gtin else gettext("recall.wrong.unknown %(value)s")
        return words % {"value": value[number - 1]}
    if field in _NOT_TEXT:
        return gettext(_NOT_TEXT[field])
    if field in ("from", "to") and value:
        return _wrong_day(field, str(value), str(plain.get("from") or ""))
    if field in _MISSING:
        return gettext(_MISSING[field])
    return _wrong_text(field, plain)


def _wrong_day(field: str, text: str, first: str) -> str:
    try:
        day = date.fromisoformat(text)
        is_before = field == "to" and day < date.fromisoformat(first)
    except ValueError:
        return gettext("recall.wrong.day")
    if field == "from":
        return gettext("recall.wrong.to_come")
    return gettext("recall.wrong.order") if is_before else gettext("recall.wrong.long_period")


def _wrong_text(field: str, plain: Mapping[str, object]) -> str:
    language, _, name = field.partition(".")
    said = plain.get(language, {})
    text = str(said.get(name, "")) if isinstance(said, Mapping) else ""
    if len(text) > LONGEST:
        return gettext("recall.wrong.long %(most)s") % {"most": formats.number(LONGEST, reader_language())}
    found = played_down(text, Language(language)) if name != "contact" else None
    if found:
        what = gettext(_PLAYED_DOWN[found[1]])
        return gettext("recall.wrong.forbidden %(words)s %(what)s") % {"words": found[0], "what": what}
    return gettext("recall.missing")


def _each(text: str) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in text.replace(",", "\n").splitlines() if each.strip()))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
