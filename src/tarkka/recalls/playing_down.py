"""Words that play a hazard down, which a recall must not have (Regulation 2023/988 article 36(2)(c)).

The article names them in English; here they stand in each language in which a recall is told, as stems that any form of
the word begins with. They are asked of every text of a recall but its contact, food's too.
"""

import re
from dataclasses import dataclass

from tarkka.vocabulary import Language


@dataclass(frozen=True, slots=True)
class PlayedDown:
    """A way of playing a hazard down: what the article forbids, and the pattern of it in one language."""

    what: str
    language: Language
    pattern: str


_EN, _FI, _SV = Language.EN, Language.FI, Language.SV

PLAYED_DOWN = (
    PlayedDown("voluntary", _EN, r"\bvoluntar(y|ily)\b"),
    PlayedDown("voluntary", _FI, r"\bvapaaehto"),
    PlayedDown("voluntary", _SV, r"\bfrivillig"),
    PlayedDown("precautionary", _EN, r"\bprecaution"),
    PlayedDown("precautionary", _EN, r"\bto be on the safe side\b"),
    PlayedDown("precautionary", _EN, r"\bas a safety measure\b"),
    PlayedDown("precautionary", _FI, r"\bvarotoim"),
    PlayedDown("precautionary", _FI, r"\bvarmuuden vuoksi\b"),
    PlayedDown("precautionary", _FI, r"\bvarovaisuus"),
    PlayedDown("precautionary", _SV, r"\bförsiktighet"),
    PlayedDown("precautionary", _SV, r"\bför säkerhets skull\b"),
    PlayedDown("precautionary", _SV, r"\bav säkerhetsskäl\b"),
    PlayedDown("discretionary", _EN, r"\bdiscretion"),
    PlayedDown("discretionary", _FI, r"\bharkinnanvarai"),
    PlayedDown("discretionary", _SV, r"\bskönsmässig"),
    PlayedDown("discretionary", _SV, r"\bdiskretionär"),
    PlayedDown("in rare situations", _EN, r"\b(in|under) (very |extremely )?rare\b|\brarely\b|\bunlikely\b"),
    PlayedDown("in rare situations", _FI, r"\bharvinai|\bharvoi(n|ssa)\b|\bepätodennäköi"),
    PlayedDown("in rare situations", _SV, r"\bi (mycket |ytterst )?sällsynta\b|\bsällan\b|\bosannolik"),
    PlayedDown("in specific situations", _EN, r"\b(in|under) (specific|certain|particular|some) (situ|case|circum)"),
    PlayedDown("in specific situations", _FI, r"\b(tietyissä|joissakin|joissain|erityis\w+) (tilante|tapauks|olosuh)"),
    PlayedDown("in specific situations", _SV, r"\b(i|under) (vissa|särskilda|enstaka) (situation|fall|omständ)"),
    PlayedDown("no reported accidents", _EN, r"\bno (\w+ )?(reports?|accidents?|incidents?|injur(y|ies))\b"),
    PlayedDown("no reported accidents", _EN, r"\bnot (been )?(aware|reported|informed)\b"),
    PlayedDown("no reported accidents", _FI, r"\bei (ole|tiedetä) [^.]*(onnett|tapaturm|vahin|sairast|raport|ilmoit)"),
    PlayedDown("no reported accidents", _FI, r"\b(onnettomuuks|tapaturm|vahinko|sairastumis)\w* ei (ole|tiedetä)\b"),
    PlayedDown("no reported accidents", _SV, r"\b(inga|ingen|inget) [^.]*(olyck|skad|tillbud|sjukd|rapport)"),
    PlayedDown("no reported accidents", _SV, r"\bhar inte (rapporterats|anmälts|inträffat)\b"),
)  # fmt: skip

_COMPILED = tuple((each, re.compile(each.pattern, re.IGNORECASE)) for each in PLAYED_DOWN)


def played_down(text: str, language: Language) -> tuple[str, str] | None:
    """Return the first words of a text that play the hazard down, and what the article calls that; None if none do."""
    for each, compiled in _COMPILED:
        if each.language is language and (found := compiled.search(text)):
            return found[0], each.what
    return None
