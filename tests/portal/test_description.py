"""The description page: everything that is published, in each language, by version, to whoever asks (R6, R32)."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

import browsing
import building
from tarkka.description.comparison import Kind
from tarkka.description.loading import parse
from tarkka.description.schema import Document, Text
from tarkka.vocabulary import Language, Level

SOURCE = (Path(__file__).parents[2] / "descriptions" / "s_group.toml").read_text(encoding="utf-8")
S_GROUP = parse(SOURCE)


def words(answer: Any) -> str:
    """Return what a page says, entities and no-break spaces made plain."""
    return " ".join(browsing.words(answer).split())


def texts(thing: object) -> list[Text]:
    """Return every text for people inside a part of the description."""
    if isinstance(thing, Text):
        return [thing]
    if isinstance(thing, dict):
        return [text for each in thing.values() for text in texts(each)]
    if isinstance(thing, tuple):
        return [text for each in thing for text in texts(each)]
    fields = getattr(thing, "__struct_fields__", ())
    return [text for field in fields for text in texts(getattr(thing, field))]


@pytest.mark.parametrize("language", list(Language))
def test_the_page_says_everything_that_the_description_says(site, language):
    client = browsing.anonymous()
    answer = client.get("/description/", HTTP_ACCEPT_LANGUAGE=language)
    assert f'<html lang="{language}">' in answer.content.decode()
    page = words(answer)
    document = S_GROUP.document
    # Topic and question of an objection are what the page of choices asks.
    asked = {id(text) for rule in document.objection.values() for text in (rule.topic, rule.question)}
    said = [text for text in texts(document) if id(text) not in asked]
    assert len(said) > 100
    assert [text.en for text in said if " ".join(text.written_in(language).split()) not in page] == []
    assert not re.search(r"\b(?:description|change|basis|subject)\.\w+", page)


def test_every_chain_stands_with_each_channels_level_and_since_when(site):
    page = browsing.anonymous().get("/description/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    rows = {}
    for row in re.findall(r'<tr role="row"><th role="rowheader".*?</tr>', page, re.DOTALL):
        cells = [
            " ".join(unescape(re.sub("<[^>]+>", " ", cell)).split()) for cell in re.findall("<t[hd].*?</t[hd]>", row)
        ]
        rows[cells[0]] = cells[1:]
    assert len(rows) == len(S_GROUP.document.chain)
    assert rows["Sokos"] == ["Outlets Products since 1 May 2014", "Web shop Products since 1 May 2014"]
    assert rows["Prisma"] == ["Outlets Products since 1 Sept 2016", "Web shop Products since 1 May 2014"]
    assert rows["Restaurants"] == ["Outlets Total since 1 May 2014", "Web shop Total since 1 May 2014"]


def test_the_first_version_tells_what_it_said_and_that_it_is_over(site):
    page = words(browsing.anonymous().get("/description/1/", HTTP_ACCEPT_LANGUAGE="en"))
    assert "Version 1 · In force from 1 May 2014 until 31 Aug 2016" in page
    assert "This version is no longer in force. The description in force" in page
    assert "Prisma Outlets Groups since 1 May 2014" in page


def test_what_changed_in_2016_is_said_in_words_with_its_announcements(site):
    page = words(browsing.anonymous().get("/description/", HTTP_ACCEPT_LANGUAGE="en"))
    assert (
        "Finer Collected at the level “Product”, before that “Product group” (outlets): "
        "S-market, Prisma, Sale, Alepa, Kodin Terra, S-Rauta, ABC." in page
    )
    assert "Finer Collected at the level “Product”, before that “Total” (outlets): Marks & Spencer." in page
    assert "Announced on 2 Aug 2016: The customer magazine Yhteishyvä, Mailing to co-op members, The portal," in page
    assert "The register’s first description." in page


def test_each_purpose_tells_who_may_use_it_how_finely_and_what_a_choice_leaves(site):
    page = browsing.anonymous().get("/description/", HTTP_ACCEPT_LANGUAGE="en").content.decode()

    def purpose(code: str) -> str:
        article = page.split(f'id="purpose-{code}"')[1].split("</article>")[0]
        return " ".join(unescape(re.sub("<[^>]+>", " ", article)).split())

    marketing = purpose("marketing")
    assert "Legitimate interests (GDPR 6(1)(f))" in marketing
    assert "Communication planner – an audience from which objectors are left out" in marketing
    assert "No targeting on finer purchase data: Total" in marketing
    assert "No product data in customer-specific services: Groups" in marketing
    assert "Your choices do not change this use." in purpose("recall")
    assert "(EU) 2023/988" in purpose("recall")
    assert "Customer service – one person’s data, only to handle a case" in purpose("customer_service")
    points_out = "customer points out – shows: purchases Products .also while the choice “No product data"
    assert re.search(points_out, purpose("customer_service"))


def test_how_long_each_level_is_kept_is_told_in_years(site):
    page = words(browsing.anonymous().get("/description/", HTTP_ACCEPT_LANGUAGE="en"))
    for level, years in (("Total", 7), ("Groups", 5), ("Products", 3)):
        assert f"{level} {years} years from the end of the quarter of purchase" in page


def test_whoever_asks_reads_the_same_and_no_door_is_opened(site):
    household = building.a_household(1)
    client = browsing.signed_in(household.persons[0])
    with building.administrator() as connection:
        count = "SELECT count(*) FROM access_event WHERE subject_id = %s"
        before = connection.execute(count, [household.persons[0]]).fetchone()
        own = client.get("/description/").content.decode()
        assert connection.execute(count, [household.persons[0]]).fetchone() == before
    other = browsing.anonymous().get("/description/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert own.split("<main")[1].split("</main>")[0] == other.split("<main")[1].split("</main>")[0]
    assert "Given0" not in own
    assert "Main menu" in own
    assert "Main menu" not in other


@pytest.mark.parametrize("address", ["/description/0/", "/description/999/", "/description/x/"])
def test_a_version_that_there_is_not_is_not_found(site, address):
    assert browsing.anonymous().get(address).status_code == 404


def test_the_contents_lead_to_every_section(site):
    page = browsing.anonymous().get("/description/").content.decode()
    anchors = re.findall(r'href="#([a-z]+)"', page.split('aria-labelledby="contents"')[1].split("</nav>")[0])
    assert len(anchors) == len(set(anchors)) == 8
    for anchor in anchors:
        assert page.count(f'id="{anchor}"') == 1


CHANGED = [
    ('level = "GROUP"\nchains = ["s-market", ', 'level = "TOTAL"\nchains = ["s-market", '),
    ('"s-rauta", "abc"]\nchannels = ["store", "web"]', '"s-rauta"]\nchannels = ["store", "web"]'),
    (
        "# A chain and channel that no rule",
        '[chain.kiosks]\ngroup = "partners"\nname = { fi = "K", sv = "K", en = "K" }\n#',
    ),
    ('roles = ["automatic", "marketer"]', 'roles = ["automatic"]'),
    (
        'roles = ["automatic", "marketer"]\nsubjects = ["audience"]',
        """roles = ["automatic"]
        subjects = ["audience"]
        [[purpose.marketing.use]]
        roles = ["marketer"]
        subjects = ["audience"]
        level = "GROUP\"""",
    ),
    (
        'roles = ["data_protection_officer"]\nsubjects = ["person"]',
        'roles = ["data_protection_officer"]\nsubjects = ["person"]\nneeds_case = true',
    ),
    ('lowers = { marketing = "TOTAL" }', 'lowers = { marketing = "GROUP" }'),
    ('marketing = "GROUP", services = "GROUP"', 'marketing = "GROUP"'),
    ('shows = ["household", "purchases"]\nlevel = "TOTAL"', 'shows = ["household", "purchases"]\nlevel = "GROUP"'),
    ('shows = ["household", "purchases"]', 'shows = ["purchases"]'),
    ("minutes = 15", "minutes = 20"),
    ("break_glass = true\n", ""),
    ('subjects = ["household"]\nunder_restriction = true\n', 'subjects = ["household"]\n'),
    ("[situation.bonus_question]", "[situation.bonus_matter]"),
    ('kept_under = ["B"]\n', ""),
    ('one_receipt = true\nkept_under = ["B"]\n', ""),
    ("quarters = 12", "quarters = 14"),
    ('fields = ["phone", "message"]', 'fields = ["phone", "message", "email"]'),
    ('purposes = ["recall", "services"]', 'purposes = ["recall"]'),
    ("[recipient.police]", "[recipient.customs]"),
    ("lead_days = 30", "lead_days = 20"),
    ("[notice_channel.news_item]", "[notice_channel.news]"),
    ('about.en = "This register holds', 'about.en = "The register holds'),
    ('law = "GDPR 58(1)"', 'law = "GDPR 58(1)(e)"'),
    ('[purpose.household_view]\nbasis = "contract"', '[purpose.household_view]\nbasis = "consent"'),
    ("[right.breach]", "[right.leak]"),
    ("own_choice = true\n", ""),
]


@pytest.mark.parametrize("language", list(Language))
def test_every_change_is_told_in_words_with_names_and_no_codes(site, language):
    from tarkka.description.comparison import diff
    from tarkka.portal.changes import tell

    day = date(2016, 9, 1)
    codes = [code for code in (*S_GROUP.document.purpose, *S_GROUP.document.role, "text_message") if "_" in code]
    kinds = set()
    for old, new in CHANGED:
        assert old in SOURCE, old
        source = SOURCE.replace(old, new)
        if "news" in new:
            source = source.replace('"news_item"', '"news"')
        after = parse(source)
        on = date(2016, 8, 31) if "GROUP" in old and "chains" in old else day
        one, other = S_GROUP.as_of(on), after.as_of(on)
        for first, second in ((one, other), (other, one)):
            changes = diff(first, second)
            with translation.override(language):
                told = tell(first, second, language)
            kinds |= {change.kind for change in changes}
            assert bool(told) == bool(changes), old
            widening = {change.direction in ("finer", "wider", "longer") for change in changes}
            assert {each.is_widening for each in told} == widening
            for each in told:
                assert each.direction
                assert not re.search(r"%\(|\bchange\.|\bNone\b|\b(?:TOTAL|GROUP|PRODUCT)\b|: \.|””", each.words), each
                assert not any(code in each.words for code in codes), each
    assert kinds == set(Kind)


def test_changes_name_things_as_the_description_does(site):
    from tarkka.portal.changes import tell

    def told(old: str, new: str, language: Language) -> list[str]:
        before, after = (parse(source).as_of(date(2016, 9, 1)) for source in (SOURCE, SOURCE.replace(old, new)))
        with translation.override(language):
            return [
                f"{each.direction}: {each.words}".replace("\N{NO-BREAK SPACE}", " ")
                for each in tell(before, after, language)
            ]

    assert told("quarters = 12", "quarters = 14", Language.FI) == [
        "Pidempi: ”Tuote” säilytetään 42 kuukautta, aiemmin 3 vuotta."
    ]
    assert told('fields = ["phone", "message"]', 'fields = ["phone", "message", "email"]', Language.SV) == [
        "Bredare: Sms-förmedlare får en ny uppgift: E-postadress."
    ]
    assert told("lead_days = 30", "lead_days = 45", Language.EN) == [
        "Narrower: Changes are announced 45 days beforehand, before that 30 days."
    ]
    assert told('about.en = "This register', 'about.en = "The register', Language.EN) == [
        "Other: Wording or details have changed: What the register is."
    ]


def test_a_version_to_come_is_told_before_it_holds(site, monkeypatch):
    from tarkka.description.queries import load_rulebook
    from tarkka.description.rulebook import PublishedVersion, Rulebook
    from tarkka.portal.pages import description

    published = load_rulebook().versions
    day = date.today() + timedelta(days=40)  # noqa: DTZ011  # far enough for any time zone
    coming = PublishedVersion(99, day, parse(SOURCE.replace("quarters = 12", "quarters = 16")).as_of(day))
    monkeypatch.setattr(description, "load_rulebook", lambda: Rulebook((*published, coming)))
    client = browsing.anonymous()
    page = words(client.get("/description/", HTTP_ACCEPT_LANGUAGE="en"))
    assert "To come" in page
    assert "Longer “Product” is kept 4 years, before that 3 years." in page
    assert "Products 3 years from the end" in page
    later = words(client.get("/description/99/", HTTP_ACCEPT_LANGUAGE="en"))
    assert "This version is not in force yet. The description in force" in later
    assert "Products 4 years from the end" in later


def test_before_anything_is_published_there_is_no_page(site, monkeypatch):
    from tarkka.description.rulebook import Rulebook
    from tarkka.portal.pages import description

    monkeypatch.setattr(description, "load_rulebook", lambda: Rulebook(()))
    assert browsing.anonymous().get("/description/").status_code == 404


def test_the_reference_description_is_the_one_that_is_read(site):
    from tarkka.description.queries import load_rulebook

    document: Document = load_rulebook().versions[-1].description.document
    assert document.retention[Level.PRODUCT].quarters == 12
