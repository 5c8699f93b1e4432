"""A receipt as a paper: tagged, in the reader's language, as fine as the page, and nobody else's (R3, R12, R27).

VAT, which stands on both, is told where a source told it, and nowhere where products are not kept (R4).
"""

import io
import re
import secrets

import pytest
from pypdf import PdfReader

import browsing
import building
from tarkka.vocabulary import Language


@pytest.fixture(scope="module")
def household(site):
    """A household of two; the first has a receipt at each level."""
    household = building.a_household()
    building.take_three_levels(building.a_source(), household.cards[0])
    return household


def receipts_of(client) -> list[str]:
    """Return the addresses of a person's receipts, newest first; two are of the same moment, TOTAL and PRODUCT."""
    return re.findall(r'<a class="row" href="(/purchases/\d+/)', client.get("/purchases/").content.decode())


def paper(client, address: str) -> PdfReader:
    answer = client.get(f"{address}receipt.pdf")
    assert answer.status_code == 200
    return PdfReader(io.BytesIO(answer.content))


def words(file: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in file.pages).split())


def papers(client) -> dict[str, PdfReader]:
    """Return the person's three papers by what tells their level."""
    found = {}
    for address in receipts_of(client):
        file = paper(client, address)
        text = words(file)
        found["PRODUCT" if "Milk" in text else "GROUP" if "dairy" in text else "TOTAL"] = file
    assert len(found) == 3
    return found


SAID = {
    Language.EN: ("Stored by product.", "Total", "2 × 2.00", "0.5 kg × 12.00", "€10.00", "5 Mar 2024", "receipt"),
    Language.FI: (
        "Tallennettu tuotteittain.",
        "Yhteensä",
        "2 × 2,00",
        "0,5 kg × 12,00",
        "10,00 €",
        "5.3.2024",
        "kuitti",
    ),
    Language.SV: (
        "Sparat per produkt.",
        "Sammanlagt",
        "2 × 2,00",
        "0,5 kg × 12,00",
        "10,00 €",
        "5 mars 2024",
        "kvitto",
    ),
}


@pytest.mark.parametrize("language", list(Language))
def test_a_paper_is_tagged_titled_and_whole_in_each_language(household, language):
    client = browsing.signed_in(household.persons[0], language=language)
    file = papers(client)["PRODUCT"]
    root = file.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert " ".join(file.metadata.title.split()) == f"Prisma {SAID[language][5]}"
    text = words(file)
    for said in SAID[language][:6]:
        assert said in text
    assert "4.00" in text.replace(",", ".")
    assert "Bread" in text
    assert not re.search(r"\b(?:receipt|why|level|payment|demo)\.\w+", text)


def tags(node, seen: list[str]) -> list[str]:
    """Return the structure elements of a tagged PDF in reading order."""
    if isinstance(node, list):
        for each in node:
            tags(each.get_object(), seen)
    elif isinstance(node, dict):
        if "/S" in node:
            seen.append(node["/S"])
        if "/K" in node:
            tags(node["/K"].get_object(), seen)
    return seen


def test_a_paper_reads_as_a_title_a_table_with_heads_and_paragraphs(household):
    file = papers(browsing.signed_in(household.persons[0]))["PRODUCT"]
    found = tags(file.trailer["/Root"]["/StructTreeRoot"]["/K"].get_object(), [])
    assert found.count("/TH") == 3
    assert found.count("/TR") >= 4
    assert "/Title" in found or "/H1" in found
    assert "/P" in found


def test_each_paper_is_as_fine_as_its_receipt_and_says_why(household):
    found = {level: words(file) for level, file in papers(browsing.signed_in(household.persons[0])).items()}
    assert "Restaurants, outlets: only the total of purchases has been collected since 1 May 2014." in found["TOTAL"]
    assert "Milk" not in found["TOTAL"] + found["GROUP"]
    assert "4.00" not in found["TOTAL"]
    assert "By product these purchases have been collected only since 1 Sept 2016." in found["GROUP"]
    assert "Prisma, outlets: purchases have been collected by product since 1 Sept 2016." in found["PRODUCT"]
    for text in found.values():
        assert "Paid by bank or credit card €10.00" in text
        assert "The people are invented" in text
        assert re.search(r"Version \d of the register description, in force since 1 \w+ 201\d", text)


def test_a_paper_is_kept_in_no_cache_and_its_name_tells_nothing(household):
    client = browsing.signed_in(household.persons[0], language="sv")
    answer = client.get(f"{receipts_of(client)[0]}receipt.pdf")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="kvitto.pdf"'
    assert answer["Content-Language"] == "sv"


def test_a_paper_is_a_look_that_the_person_sees(household):
    client = browsing.signed_in(household.persons[0])
    address = receipts_of(client)[0]

    def looks() -> int:
        from building import administrator

        with administrator() as connection:
            (row,) = connection.execute(
                "SELECT count(*) FROM access_event WHERE subject_id = %s AND level = 'PRODUCT'", [household.persons[0]]
            )
        return row[0]

    before = looks()
    paper(client, address)
    assert looks() == before + 1


def test_somebody_elses_paper_is_not_found_not_even_in_the_same_household(household):
    owner, stranger = (browsing.signed_in(person) for person in household.persons)
    for address in receipts_of(owner):
        assert stranger.get(f"{address}receipt.pdf").status_code == 404
        assert browsing.anonymous().get(f"{address}receipt.pdf").status_code == 302


def test_what_a_source_wrote_is_never_source_and_what_no_font_shows_is_replaced(site):
    household = building.a_household(1)
    names = ['#read("/etc/passwd")', "*bold* _it_ $x$ <a> @b // c", "漢字 tea 😀"]
    lines = [
        {"line": place, "name": name, "group": "odd", "quantity": "1", "unit": "pcs", "amount": "1.00"}
        for place, name in enumerate(names, start=1)
    ]
    receipt = building.a_receipt(
        card=household.cards[0], lines=lines, total="3.00", bonus_eligible="3.00",
        payments=[{"method": "#panic()", "amount": "3.00"}],
    )  # fmt: skip
    (verdict,) = building.take(building.a_source(), [receipt])
    assert verdict.status == "accepted", verdict
    client = browsing.signed_in(household.persons[0])
    text = words(paper(client, receipts_of(client)[0]))
    assert names[0] in text
    assert names[1] in text
    assert "#panic()" in text
    assert "�� tea �" in text


def test_a_return_and_its_sale_tell_of_each_other_on_paper(site):
    household = building.a_household(1)
    source = building.a_source()
    sale = building.a_receipt(card=household.cards[0])
    building.take(source, [sale])
    building.take(source, [building.a_return(sale, card=household.cards[0])])
    client = browsing.signed_in(household.persons[0])
    back, sold = (words(paper(client, address)) for address in receipts_of(client))
    assert "Return" in back
    assert "−€10.00" in back
    assert "an earlier purchase, or a part of it, was returned" in back
    assert "Returns: 6 Mar 2024 −€10.00" in sold


def test_a_long_receipt_goes_on_on_further_pages_with_its_heads(site):
    household = building.a_household(1)
    lines = [
        {"line": place, "name": f"Thing {place}", "group": "odd", "quantity": "1", "unit": "pcs", "amount": "1.00"}
        for place in range(1, 121)
    ]
    receipt = building.a_receipt(
        card=household.cards[0], receipt_id=secrets.token_hex(8), lines=lines, total="120.00", bonus_eligible="120.00",
        payments=[{"method": "card", "amount": "120.00"}],
    )  # fmt: skip
    (verdict,) = building.take(building.a_source(), [receipt])
    assert verdict.status == "accepted", verdict
    client = browsing.signed_in(household.persons[0])
    file = paper(client, receipts_of(client)[0])
    assert len(file.pages) > 2
    assert all("Product" in page.extract_text() for page in file.pages[:3])
    text = words(file)
    assert all(f"Thing {place} " in text for place in range(1, 121))


VAT_SUMS = {
    Language.FI: "ALV-kanta Veroton ALV Verollinen 14 % 3,51 0,49 4,00 25,5 % 4,78 1,22 6,00",
    Language.SV: "Momssats Exkl. moms Moms Inkl. moms 14 % 3,51 0,49 4,00 25,5 % 4,78 1,22 6,00",
    Language.EN: "VAT rate Excl. VAT VAT Incl. VAT 14% 3.51 0.49 4.00 25.5% 4.78 1.22 6.00",
}
UNTOLD = {
    Language.FI: "ALV-kanta puuttuu 1 riviltä.",
    Language.SV: "Momssatsen är okänd för 1 av raderna.",
    Language.EN: "The VAT rate is not known for 1 of the lines.",
}


def with_vat(*rates, **changes):
    """A sale of a line of 4.00 and one of 6.00 at the rates; None is a line that tells none."""
    sale = building.a_receipt(**changes)
    told = [{} if rate is None else {"vat_rate": rate} for rate in rates]
    return sale | {"lines": [line | rate for line, rate in zip(sale["lines"], told, strict=True)]}


def shown(*receipts, card, person, language=Language.EN):
    """What the newest receipt's page and its paper say, and the paper, once the receipts are taken."""
    verdicts = building.take(building.a_source(), [receipt | {"card": card} for receipt in receipts])
    assert [verdict.status for verdict in verdicts] == ["accepted"] * len(receipts), verdicts
    client = browsing.signed_in(person, language=language)
    address = receipts_of(client)[0]
    file = paper(client, address)
    page = " ".join(browsing.words(client.get(address)).split())
    return page.replace("\xa0", " "), words(file).replace("\xa0", " "), file


@pytest.fixture
def buyer(site):
    household = building.a_household(1)
    return {"card": household.cards[0], "person": household.persons[0]}


@pytest.mark.parametrize("language", list(Language))
def test_vat_is_summed_by_rate_on_page_and_paper(buyer, language):
    page, text, file = shown(with_vat("14", "25.50"), **buyer, language=language)
    assert VAT_SUMS[language] in page
    assert VAT_SUMS[language] in text
    assert UNTOLD[language][-12:] not in page + text
    found = tags(file.trailer["/Root"]["/StructTreeRoot"]["/K"].get_object(), [])
    assert (found.count("/Table"), found.count("/TH")) == (2, 7)


@pytest.mark.parametrize("language", list(Language))
def test_lines_whose_rate_nobody_told_are_counted_and_not_guessed(buyer, language):
    page, text, _ = shown(with_vat("14", None), **buyer, language=language)
    for told in (page, text):
        assert UNTOLD[language] in told
        assert VAT_SUMS[language].split(" 25")[0] in told
        assert "25" not in told.split(UNTOLD[language])[0].split(VAT_SUMS[language].split()[0])[-1]


def test_a_return_gives_back_the_vat_of_its_sale(buyer):
    sale = with_vat("14", "25.5")
    back = building.a_return(sale)
    back["lines"] = [{name: value for name, value in line.items() if name != "vat_rate"} for line in back["lines"]]
    for told in shown(sale, back, **buyer)[:2]:
        assert "14% −3.51 −0.49 −4.00 25.5% −4.78 −1.22 −6.00" in told


@pytest.mark.parametrize(
    "sale",
    [
        with_vat(None, None),
        with_vat("14", "25.5", purchased_at=building.GROUP_TIME),
        with_vat("14", "25.5", outlet=building.outlet_of("restaurants")),
    ],
    ids=["none told", "GROUP", "TOTAL"],
)
def test_nothing_is_said_of_vat_where_none_is_kept(buyer, sale):
    for told in shown(sale, **buyer)[:2]:
        assert "VAT" not in told
        assert "0.49" not in told
        assert "€10.00" in told
