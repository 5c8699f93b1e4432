"""The spending page: its figures are the receipts', its level is what one's choices leave, its chart is its table."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import browsing
import building
from tarkka.vocabulary import Language, Objection, Place

NOW = datetime.now(ZoneInfo("Europe/Helsinki"))
# (bought at, chain, parts by product group in cents): the first instant of 2024 in Helsinki, and the last before, too.
BOUGHT = [
    ("2022-12-31T22:00:00Z", "prisma", {"dairy": 100}),
    ("2023-12-31T21:59:59Z", "prisma", {"dairy": 20_000}),
    ("2023-12-31T22:00:00Z", "prisma", {"dairy": 300, "bakery": 50}),
    ("2024-03-05T12:00:00Z", "prisma", {"dairy": 1_000, "bakery": 2_000}),
    ("2024-03-31T20:59:59Z", "s-market", {"bakery": 400}),
    ("2024-03-31T21:00:00Z", "restaurants", {"meals": 5_000}),
    ("2024-10-27T00:30:00Z", "sokos", {"clothes": 12_345}),
    ("2024-12-31T21:59:59Z", "prisma", {"dairy": 7}),
]
MONTHS_OF_2024 = [350, 0, 3_400, 5_000, 0, 0, 0, 0, 0, 12_345, -12_345, 7]


def receipt(card: str, at: str, chain: str, groups: dict[str, int], **changes: Any) -> dict[str, Any]:
    lines = [
        {"line": number, "name": f"Product of {group}", "group": group, "quantity": "1", "unit": "pcs",
         "amount": money(cents)}
        for number, (group, cents) in enumerate(groups.items(), start=1)
    ]  # fmt: skip
    total = money(sum(groups.values()))
    return building.a_receipt(
        card=card, purchased_at=at, outlet=building.outlet_of(chain), lines=lines, total=total, payments=[],
        bonus_eligible="0.00", card_benefit="0.00", **changes,
    )  # fmt: skip


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def make_it(monkeypatch: pytest.MonkeyPatch, now: str) -> None:
    """Let the page take this for the register's time."""
    from tarkka.portal.pages import spending

    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return cls.fromisoformat(now).replace(tzinfo=tz)

    monkeypatch.setattr(spending, "datetime", Then)


@pytest.fixture(scope="module")
def household(site):
    """A household of two: the first bought what BOUGHT says and returned the clothes; the second bought nothing."""
    household = building.a_household()
    source = building.a_source()
    sent = [receipt(household.cards[0], *each) for each in BOUGHT]
    sent.append(building.a_return(sent[-2], purchased_at="2024-11-01T00:00:00+02:00", card=household.cards[0]))
    verdicts = building.take(source, sent)
    assert {verdict.status for verdict in verdicts} == {"accepted"}, verdicts
    return household


@pytest.fixture
def owner(household):
    return browsing.signed_in(household.persons[0])


def tables(answer: Any) -> list[list[list[str]]]:
    """Return the cells of every row of every table of figures, heads and totals included."""
    found = re.findall(r'<details class="figures">.*?</details>', answer.content.decode(), re.DOTALL)
    return [
        [
            [" ".join(unescape(re.sub("<[^>]+>", "", cell)).split()) for cell in re.findall(r"<t[hd] .*?</t[hd]>", row)]
            for row in table.split("<tr ")[1:]
        ]
        for table in found
    ]


def cents(text: str) -> int:
    """Return the cents of an amount as English writes it."""
    return int(re.sub("[^0-9-]", "", text.replace("\N{MINUS SIGN}", "-")))


def parts(answer: Any) -> dict[str, tuple[int, ...]]:
    """Return the table of parts: name → this period's cents and the compared one's."""
    head, *rows, total = tables(answer)[-1]
    found = {row[0]: tuple(cents(cell) for cell in row[1:3]) for row in rows}
    assert len(found) == len(rows)
    assert total[0] == "In all"
    for place in range(1, min(3, len(head))):
        assert sum(values[place - 1] for values in found.values()) == cents(total[place])
    return found


def test_a_years_months_are_those_of_its_receipts(owner):
    answer = owner.get("/spending/?year=2024")
    head, *months, total = tables(answer)[0]
    assert head == ["Month", "2024", "2023", "Change"]
    assert [cents(row[1]) for row in months] == MONTHS_OF_2024
    assert [cents(row[2]) for row in months] == [100, *[0] * 10, 20_000]
    assert [cents(row[3]) for row in months] == [250, 0, 3_400, 5_000, 0, 0, 0, 0, 0, 12_345, -12_345, -19_993]
    assert [cents(cell) for cell in total[1:]] == [8_757, 20_100, -11_343]
    assert "€87.57 \N{MINUS SIGN}€113.43 (\N{MINUS SIGN}56%) · compared with 2023" in browsing.words(answer)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("chain", {"Prisma": (3_357, 20_100), "S-market": (400, 0), "Sokos": (0, 0), "Restaurants": (5_000, 0)}),
        (
            "group",
            {"dairy": (1_307, 20_100), "bakery": (2_450, 0), "clothes": (0, 0), "Stored as a total only": (5_000, 0)},
        ),
        (
            "product",
            {
                "Product of dairy": (1_307, 20_100),
                "Product of bakery": (2_450, 0),
                "Product of clothes": (0, 0),
                "Stored as a total only": (5_000, 0),
            },
        ),
    ],
)
def test_a_years_parts_and_what_has_none_are_the_total(owner, by, expected):
    assert parts(owner.get(f"/spending/?year=2024&by={by}")) == expected


def test_a_month_is_compared_with_the_month_before_or_that_of_a_year_ago(owner):
    before = owner.get("/spending/?year=2024&month=1&by=group")
    assert tables(before)[0][0] == ["Product group", "January 2024", "December 2023", "Change"]
    assert parts(before) == {"dairy": (300, 20_000), "bakery": (50, 0)}
    a_year_ago = owner.get("/spending/?year=2024&month=1&by=group&with=year")
    assert tables(a_year_ago)[0][0] == ["Product group", "January 2024", "January 2023", "Change"]
    assert parts(a_year_ago) == {"dairy": (300, 100), "bakery": (50, 0)}


@pytest.mark.parametrize(
    ("language", "title", "inside"),
    [
        ("fi", "Helmikuu 2024", "vertailu: helmikuu 2024"),
        ("sv", "Februari 2024", "jämfört med: februari 2024"),
        ("en", "February 2024", "compared with February 2024"),
    ],
)
def test_a_month_has_its_capital_where_it_is_a_title_and_none_inside_a_sentence(site, language, title, inside):
    household = building.a_household(1)
    bought = [receipt(household.cards[0], f"2024-0{month}-05T12:00:00Z", "prisma", {"dairy": 100}) for month in (2, 3)]
    building.take(building.a_source(), bought)
    text = browsing.words(
        browsing.signed_in(household.persons[0], language=language).get("/spending/?year=2024&month=3")
    )
    assert title in text.partition(inside)[0]  # the step to it
    assert title in text.partition(inside)[2]  # the chart's legend
    assert inside in text


@pytest.mark.parametrize(("language", "first"), [("fi", "tammikuu"), ("sv", "januari")])
def test_nor_has_it_one_in_what_a_chart_is_called(monkeypatch, household, language, first):
    """At the end of January the year so far is one whole month."""
    make_it(monkeypatch, "2024-01-31T12:00")
    client = browsing.signed_in(household.persons[0], language=language)
    [label] = re.findall('role="img" aria-label="([^"]*)"', client.get("/spending/").content.decode())[:1]
    assert f", {first} 2024" in label


def test_a_month_of_returns_is_below_zero(owner):
    answer = owner.get("/spending/?year=2024&month=11&by=group")
    assert parts(answer) == {"clothes": (-12_345, 12_345)}
    assert "\N{MINUS SIGN}€123.45" in browsing.words(answer)
    assert 'class="zero"' in answer.content.decode()


def test_what_was_collected_by_group_alone_is_told_apart_from_products(site):
    household = building.a_household(1)
    building.take_three_levels(building.a_source(), household.cards[0])
    client = browsing.signed_in(household.persons[0])
    assert parts(client.get("/spending/?year=2015&by=product")) == {"Stored by product group only": (1_000, 0)}
    assert parts(client.get("/spending/?year=2015&by=group")) == {"bakery": (600, 0), "dairy": (400, 0)}
    assert set(parts(client.get("/spending/?year=2024&by=product"))) == {"Milk", "Bread", "Stored as a total only"}


def bars(answer: Any) -> list[tuple[str, int, float, float | None]]:
    """Return the drawn parts: name, cents, width of the bar and of the compared one, in percent."""
    found = []
    chart = answer.content.decode().split('<ol class="chart bars">')[-1].split("</ol>")[0]
    for row in chart.split("<li>")[1:]:
        name, amount = re.findall(r"<span>(.*?)</span><b class=\"sum\">(.*?)</b>", row)[0]
        widths = dict(re.findall(r'<rect class="(now|before)"[^>]* width="([0-9.]+)%"', row))
        found.append((unescape(name), cents(amount), float(widths["now"]), float(widths.get("before", "nan"))))
    return found


def test_the_chart_draws_what_the_table_says(owner):
    answer = owner.get("/spending/?year=2024&by=group")
    drawn, listed = bars(answer), parts(answer)
    assert [name for name, *_ in drawn] == [name for name in listed if not name.startswith("Stored")]
    widest = max(max(values) for name, values in listed.items() if not name.startswith("Stored"))
    for name, amount, now, before in drawn:
        assert amount == listed[name][0]
        assert now == pytest.approx(100 * listed[name][0] / widest, abs=0.01)
        assert before == pytest.approx(100 * listed[name][1] / widest, abs=0.01)


def test_a_years_columns_are_as_high_as_the_tables_figures(owner):
    page = owner.get("/spending/?year=2024").content.decode()
    plot = page.split('<svg class="plot"')[1].split("</svg>")[0]
    heights = [float(height) for height in re.findall(r'class="now"[^>]* height="([0-9.]+)"', plot)]
    tallest = max(abs(value) for value in MONTHS_OF_2024)
    unit = max(heights) / tallest
    assert heights == pytest.approx([abs(value) * unit for value in MONTHS_OF_2024], abs=0.02)
    zero = float(re.findall(r'class="zero"[^>]* y1="([0-9.]+)"', plot)[0])
    tops = [float(y) for y in re.findall(r'class="now"[^>]* y="([0-9.]+)"', plot)]
    assert [top == pytest.approx(zero, abs=0.02) for top in tops] == [value <= 0 for value in MONTHS_OF_2024]


def test_many_parts_are_drawn_and_listed_in_part_and_their_rest_is_counted(site):
    household = building.a_household(1)
    groups = {f"group-{number:02d}": 1_000 + number for number in range(70)}
    building.take(building.a_source(), [receipt(household.cards[0], "2024-05-05T12:00:00Z", "prisma", groups)])
    answer = browsing.signed_in(household.persons[0]).get("/spending/?year=2024&by=group")
    listed = parts(answer)
    assert listed["Other product groups (20)"] == (sum(range(1_000, 1_020)), 0)
    assert len(listed) == 51
    assert [amount for _, amount, *_ in bars(answer)] == list(range(1_069, 1_059, -1))
    rest = sum(range(1_000, 1_060))
    assert f"Other product groups (60) €{rest // 100}.{rest % 100:02d} In all €724.15" in browsing.words(answer)


def test_objection_b_takes_products_away_at_once_and_says_so_kindly(household):
    from tarkka.people.actions import customer, make_objection, withdraw_objection

    person = household.persons[0]
    client = browsing.signed_in(person)
    before = client.get("/spending/?year=2024&by=product")
    assert "Product of dairy" in before.content.decode()
    assert "Spending is worked out from your purchases by product Following" in browsing.words(before)
    make_objection(person, Objection.B, place=Place.PORTAL, acting=customer(person))
    try:
        for address in ("/spending/?year=2024", "/spending/?year=2024&by=group", "/spending/?year=2024&by=product"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "Product of" not in answer.content.decode()
            assert "by=product" not in answer.content.decode().split("<main")[1].split('name="next"')[0], address
            text = browsing.words(answer)
            assert "by product group at most" in text
            assert "your choice that is in force: No product data in customer-specific services." in text
        assert "This division is not shown" in text
        assert parts(answer)["dairy"] == (1_307, 20_100)
    finally:
        withdraw_objection(person, Objection.B, place=Place.PORTAL, acting=customer(person))
    assert "Product of dairy" in client.get("/spending/?year=2024&by=product").content.decode()


def test_objection_a_changes_nothing_here(household):
    from tarkka.people.actions import customer, make_objection, withdraw_objection

    person = household.persons[0]
    client = browsing.signed_in(person)
    before = parts(client.get("/spending/?year=2024&by=product"))
    make_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    try:
        answer = client.get("/spending/?year=2024&by=product")
    finally:
        withdraw_objection(person, Objection.A, place=Place.PORTAL, acting=customer(person))
    assert parts(answer) == before
    assert "your choice that is in force" not in browsing.words(answer)


def test_the_look_is_one_for_services_alone(household, owner):
    def looks():
        with building.administrator() as connection:
            return connection.execute(
                "SELECT role, purpose, level::text FROM access_event WHERE subject_kind = 'person' AND subject_id = %s"
                " ORDER BY id",
                [household.persons[0]],
            ).fetchall()

    before = looks()
    owner.get("/spending/")
    assert looks() == [*before, ("customer", "services", "PRODUCT")]


def test_nobody_sees_what_another_of_the_household_bought(household):
    answer = browsing.signed_in(household.persons[1]).get("/spending/?year=2024&by=product")
    assert "Product of" not in answer.content.decode()
    assert "There are no purchases from this time." in browsing.words(answer)
    assert "€0.00" in browsing.words(answer)


def test_without_being_asked_it_is_this_year_so_far_beside_as_much_of_the_last(site):
    household = building.a_household(1)
    year_ago = NOW.replace(year=NOW.year - 1, day=min(NOW.day, 28), hour=12)
    sent = [
        receipt(household.cards[0], (NOW - timedelta(minutes=5)).isoformat(), "prisma", {"dairy": 500}),
        receipt(household.cards[0], year_ago.isoformat(), "prisma", {"dairy": 200}),
        receipt(household.cards[0], f"{NOW.year - 1}-12-31T23:00:00+02:00", "prisma", {"dairy": 9_000}),
    ]
    building.take(building.a_source(), sent)
    _, *months, total = tables(browsing.signed_in(household.persons[0]).get("/spending/"))[0]
    assert len(months) == NOW.month
    assert [cents(cell) for cell in total[1:3]] == [500, 9_200 if (NOW.month, NOW.day) == (12, 31) else 200]


@pytest.mark.parametrize(
    "query",
    [
        "year=2013",
        f"year={datetime.now(UTC).year + 2}",
        "year=24",
        "year=x",
        "year=２０２４",
        "year=2024&month=0",
        "year=2024&month=13",
        "by=person",
        "with=week",
    ],
)
def test_a_period_or_division_that_there_is_not_is_not_found(owner, query):
    assert owner.get(f"/spending/?{query}").status_code == 404


def test_one_steps_from_period_to_period_and_not_out_of_the_register(owner):
    page = owner.get("/spending/?year=2024&month=1&by=chain&with=year").content.decode()
    assert 'rel="prev" href="?year=2023&amp;month=12&amp;by=chain&amp;with=year"' in page
    assert 'rel="next" href="?year=2024&amp;month=2&amp;by=chain&amp;with=year"' in page
    assert 'rel="prev"' not in owner.get("/spending/?year=2014").content.decode()
    assert 'rel="next"' not in owner.get(f"/spending/?year={NOW.year}").content.decode()


@pytest.mark.parametrize("today", ["2024-03-01", "2024-03-31", "2024-12-31"])
def test_there_is_no_month_of_the_future(owner, monkeypatch, today):
    make_it(monkeypatch, f"{today}T12:00")
    for month in range(1, 13):
        answer = owner.get(f"/spending/?year=2024&month={month}")
        assert (b'rel="next"' in answer.content) is (month < int(today[5:7]))
        chosen = answer.content.split(b'id="month"')[1].split(b"</select>")[0]
        assert (b"selected" in chosen) is (month <= int(today[5:7]))  # else the year is shown
    assert b'rel="next"' not in owner.get("/spending/?year=2024").content
    assert owner.get("/spending/?year=2025").status_code == 404


def test_the_first_year_is_compared_with_nothing(owner):
    assert "compared with" not in browsing.words(owner.get("/spending/?year=2014"))


@pytest.mark.parametrize("language", list(Language))
def test_the_page_speaks_each_language_and_keeps_to_the_policy(household, language):
    client = browsing.signed_in(household.persons[0], language=language)
    for query in ("", "year=2024&by=product", "year=2024&month=3&by=chain", "year=2014"):
        answer = client.get(f"/spending/?{query}")
        main = answer.content.decode().split("<main")[1].split("</main>")[0]
        assert not re.search(r"\b(?:spending|chart)\.\w+", main)
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", main)
        assert "no-store" in answer["Cache-Control"]
