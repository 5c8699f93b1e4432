"""What a recall may say and must say: GTINs, the parts of article 36, and no word that plays the danger down."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recalling import MILK, a_draft, an_officer, words
from tarkka.recalls.drafts import DraftInvalid, RecallKind, Words, draft_of, lacking_in, problems_of, read_draft
from tarkka.recalls.playing_down import PLAYED_DOWN, played_down
from tarkka.vocabulary import Language, gtin14

EN, FI, SV = Language.EN, Language.FI, Language.SV

SAID = [
    # what the article forbids, in which language, as somebody would write it
    ("voluntary", EN, "We have decided on a voluntary recall."),
    ("voluntary", EN, "The importer voluntarily recalls the toy."),
    ("voluntary", FI, "Valmistaja kutsuu tuotteen vapaaehtoisesti takaisin."),
    ("voluntary", SV, "Det är en frivillig återkallelse."),
    ("precautionary", EN, "As a precautionary measure, do not eat it."),
    ("precautionary", EN, "Just to be on the safe side, return it."),
    ("precautionary", EN, "We do this as a safety measure."),
    ("precautionary", FI, "Tuote vedetään varotoimenpiteenä myynnistä."),
    ("precautionary", FI, "Varmuuden vuoksi tuotetta ei pidä syödä."),
    ("precautionary", FI, "Teemme tämän varovaisuussyistä."),
    ("precautionary", SV, "Av försiktighetsskäl ska du inte äta den."),
    ("precautionary", SV, "För säkerhets skull återkallas produkten."),
    ("precautionary", SV, "Produkten återkallas av säkerhetsskäl."),
    ("discretionary", EN, "At our discretion we recall it."),
    ("discretionary", FI, "Palautus on harkinnanvarainen."),
    ("discretionary", SV, "Återkallelsen är skönsmässig."),
    ("discretionary", SV, "Det är en diskretionär åtgärd."),
    ("in rare situations", EN, "In very rare cases it may catch fire."),
    ("in rare situations", EN, "The battery rarely overheats."),
    ("in rare situations", EN, "It is unlikely that you fall ill."),
    ("in rare situations", FI, "Akku voi harvinaisissa tilanteissa syttyä."),
    ("in rare situations", FI, "Harvoissa tapauksissa se voi syttyä."),
    ("in rare situations", FI, "On epätodennäköistä, että sairastut."),
    ("in rare situations", SV, "Batteriet kan i sällsynta fall fatta eld."),
    ("in rare situations", SV, "Det händer sällan."),
    ("in rare situations", SV, "Det är osannolikt att du blir sjuk."),
    ("in specific situations", EN, "In certain situations it breaks."),
    ("in specific situations", EN, "Under some circumstances it breaks."),
    ("in specific situations", FI, "Se voi tietyissä tilanteissa rikkoutua."),
    ("in specific situations", FI, "Joissakin tapauksissa se rikkoutuu."),
    ("in specific situations", FI, "Erityisissä olosuhteissa se rikkoutuu."),
    ("in specific situations", SV, "Den kan i vissa situationer gå sönder."),
    ("in specific situations", SV, "Under särskilda omständigheter går den sönder."),
    ("no reported accidents", EN, "There have been no reported accidents."),
    ("no reported accidents", EN, "No injuries have been reported."),
    ("no reported accidents", EN, "We are not aware of any harm."),
    ("no reported accidents", FI, "Tuotteesta ei ole raportoitu onnettomuuksia."),
    ("no reported accidents", FI, "Tapaturmia ei ole sattunut."),
    ("no reported accidents", FI, "Ei tiedetä yhtään sairastumista."),
    ("no reported accidents", SV, "Inga olyckor har rapporterats."),
    ("no reported accidents", SV, "Skador har inte rapporterats."),
]
FAIR = [
    (EN, "The milk may contain listeria. Do not drink it. Take it back to the shop and get your money back."),
    (EN, "The charger can give an electric shock. Stop using it at once. Ask for a refund, a repair or a new one."),
    (FI, "Maidossa voi olla listeriaa. Älä juo sitä. Palauta se kauppaan, niin saat rahasi takaisin."),
    (FI, "Laturista voi saada sähköiskun. Lopeta käyttö heti. Voit pyytää rahat takaisin tai uuden laturin."),
    (SV, "Mjölken kan innehålla listeria. Drick den inte. Ta den tillbaka till butiken så får du pengarna tillbaka."),
    (SV, "Laddaren kan ge en elektrisk stöt. Sluta genast använda den. Be om pengarna tillbaka eller en ny."),
]


@pytest.mark.parametrize(("what", "language", "said"), SAID)
def test_words_that_play_the_danger_down_are_found(what: str, language: Language, said: str) -> None:
    found = played_down(said, language)
    assert found
    assert found[1] == what
    said_so = {each: Words(hazard=said if each is language else "") for each in (FI, SV, EN)}
    assert [each.place for each in problems_of(a_draft(words=said_so))] == [f"{language}.hazard"]


def test_every_pattern_is_met_by_some_sentence_and_by_no_fair_one() -> None:
    import re

    for each in PLAYED_DOWN:
        met = [said for _, language, said in SAID if language is each.language and re.search(each.pattern, said, re.I)]
        assert met, each
    assert {(each.what, each.language) for each in PLAYED_DOWN} == {
        (what, language) for what in {each.what for each in PLAYED_DOWN} for language in Language
    }
    for language, said in FAIR:
        assert played_down(said, language) is None


def test_contact_is_not_asked_for_such_words() -> None:
    assert problems_of(a_draft(words=words(contact="Voluntary Foods, tel. 010 123"))) == ()


@pytest.mark.parametrize("text", ["6408430000135", "06408430000135", "640-8430 000135"])
def test_gtin_is_kept_with_fourteen_digits(text: str) -> None:
    assert gtin14(text) == "06408430000135"


@pytest.mark.parametrize("text", ["6408430000136", "", "640843000013", "٦٤٠٨٤٣٠٠٠٠١٣٥", "64084300001355"])
def test_text_that_is_no_gtin_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        gtin14(text)


def test_recall_without_a_danger_is_refused_with_the_reason(database: str) -> None:
    from tarkka.recalls.actions import draft_recall

    with pytest.raises(DraftInvalid, match="ordinary message"):
        draft_recall(a_draft(is_dangerous=False), acting=an_officer())


@pytest.mark.parametrize("name", ["product", "hazard", "instructions", "remedy", "contact"])
@pytest.mark.parametrize("language", [FI, SV, EN])
def test_each_part_of_article_36_must_be_there_in_each_language(name: str, language: Language) -> None:
    whole = words()
    whole[language] = replace(whole[language], **{name: ""})
    lacking = [each.place for each in lacking_in(a_draft(kind=RecallKind.PRODUCT, words=whole))]
    assert lacking == [f"{language}.{name}"]


def test_food_needs_no_remedy() -> None:
    assert lacking_in(a_draft(words=words(remedy=""))) == ()


def test_product_and_days_must_be_told() -> None:
    lacking = [each.place for each in lacking_in(a_draft(gtins=(), first=None, last=None))]
    assert lacking == ["gtins", "from", "to"]
    assert lacking_in(a_draft(gtins=(), groups=("dairy",))) == ()


FILE: dict[str, Any] = {
    "kind": "food",
    "dangerous": True,
    "gtins": [MILK],
    "lots": [" l 47 ", "L47"],
    "from": "2024-03-01",
    "to": "2024-03-31",
    **{language: {"product": "Milk", "hazard": "Listeria"} for language in ("fi", "sv", "en")},
}


def test_file_is_read_as_toml_and_as_json(tmp_path: Path) -> None:
    toml = """
kind = "food"
dangerous = true
gtins = ["6408430000135"]
lots = [" l 47 ", "L47"]
from = 2024-03-01
to = 2024-03-31
fi = { product = "Milk", hazard = "Listeria" }
sv = { product = "Milk", hazard = "Listeria" }
en = { product = "Milk", hazard = "Listeria" }
"""
    (tmp_path / "a.toml").write_text(toml)
    (tmp_path / "a.json").write_text(json.dumps(FILE))
    read = read_draft(tmp_path / "a.toml")
    assert read == read_draft(tmp_path / "a.json") == draft_of(FILE, "a")
    assert (read.gtins, read.lots) == (("06408430000135",), ("L47",))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "foods"}, "kind: 'foods' is no kind of recall. Did you mean 'food'?"),
        ({"gtins": ["6408430000136"]}, "gtins[1]: '6408430000136' is no GTIN"),
        ({"gtins": MILK}, "gtins: expected a list of texts"),
        ({"gtin": [MILK]}, "gtin: there is no such key. Did you mean 'gtins'?"),
        ({"from": "1.3.2024"}, "from: expected a day"),
        ({"dangerous": "yes"}, "dangerous: expected true or false"),
        ({"fi": "Maito"}, "fi: expected a table"),
        ({"fi": {"hazzard": "x"}}, "fi.hazzard: there is no such key. Did you mean 'hazard'?"),
        ({"reference": 7}, "reference: expected text"),
        ({"fi": {"hazard": "\x00"}}, "fi.hazard: expected text"),
        ({"fi": {"hazard": "\ud800"}}, "fi.hazard: expected text"),
    ],
)
def test_wrong_file_is_told_with_place_and_remedy(change: dict[str, Any], said: str) -> None:
    with pytest.raises(DraftInvalid) as error:
        draft_of(FILE | change, "a.toml")
    assert f"a.toml: {said}" in str(error.value)


@pytest.mark.parametrize("content", [b"\xff", b"kind =", b"[1]", b"x" * 300_000])
def test_file_that_is_none_is_told_so(tmp_path: Path, content: bytes) -> None:
    for name in ("a.toml", "a.json"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DraftInvalid):
            read_draft(tmp_path / name)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"outlets": ("nowhere",)}, "outlets"),
        ({"groups": ("dary",)}, "groups"),
        ({"first": a_draft().last, "last": a_draft().first}, "to"),
    ],
)
def test_draft_that_would_find_nobody_without_a_word_is_refused(
    database: str, changes: dict[str, Any], place: str
) -> None:
    from tarkka.recalls.actions import draft_recall

    with pytest.raises(DraftInvalid) as error:
        draft_recall(a_draft(**changes), acting=an_officer())
    assert [each.place.partition("[")[0] for each in error.value.problems] == [place]


@pytest.mark.parametrize(("kind", "heading"), [(RecallKind.PRODUCT, "Product safety recall"), (RecallKind.FOOD, "")])
@pytest.mark.parametrize("language", [FI, SV, EN])
def test_notice_has_every_part_in_every_language(
    database: str, kind: RecallKind, heading: str, language: Language
) -> None:
    """Article 36(2): (a) heading, (b) product and where sold, (c) hazard, (d) what to do, (e), (f), (g) share."""
    from datetime import UTC, datetime

    from tarkka.recalls.notice import notice
    from tarkka.recalls.queries import Published

    draft = a_draft(kind=kind, lots=("L47",))
    written = notice(Published(1, draft, datetime.now(UTC), None), language, sellers=("Prisma Kannelmäki",))
    if language is EN and heading:
        assert written.title == heading
    text = "\n".join(said for _, said in written.parts)
    told = draft.words[language]
    for each in (told.product, told.hazard, told.instructions, told.remedy, told.contact, "L47", "Prisma Kannelmäki"):
        assert each in text
    assert draft.gtins[0] in text
    assert all(name and "recall." not in name for name, _ in written.parts)
    assert len(written.below) == 2
    assert not any("recall." in each for each in (written.title, *written.below))
    for each in (written.title, *written.below):
        assert played_down(each, language) is None
