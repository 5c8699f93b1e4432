"""The household's page shows each viewer of each month what the table of views says, and nothing else (R10–R12)."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

import browsing
from building import Household, a_household, a_source, administrator, take
from households import MONTHS, VIEWS, ZONE, Home, a_changing_household, bought, table

GROUPS = {"grocery": "Grocery stores, not divided by chain", None: "All else, not divided by chain"}
NAMES = {"prisma": "Prisma"}
ROWS = [(viewer, month, view) for viewer, row in table(VIEWS).items() for month, view in row.items()]


@pytest.fixture(scope="module")
def changing(site: str) -> Home:
    """The household of the table, its people called by the names that they have there."""
    home = a_changing_household()
    with administrator() as admin:
        for name, person in home.persons.items():
            admin.execute("UPDATE person SET given_name = %s, family_name = 'X' WHERE id = %s", [name.title(), person])
    return home


@pytest.fixture
def home(site: str) -> Household:
    return a_household(2)


def ask(person: int, month: str = "") -> Any:
    year, _, number = month.partition("-")
    return browsing.signed_in(person).get("/household/" + (f"?year={year}&month={int(number)}" if month else ""))


def section(answer: Any, name: str) -> str:
    """Return what a section of the page says; nothing if it is not there."""
    found = re.search(f'<section[^>]*aria-labelledby="{name}">(.*?)</section>', answer.content.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""


def money(cents: int) -> str:
    return f"€{cents // 100}.{cents % 100:02d}"


@pytest.mark.parametrize(("viewer", "month", "view"), ROWS)
def test_each_sees_of_each_month_exactly_what_the_table_says(
    changing: Home, viewer: str, month: str, view: str
) -> None:
    answer = ask(changing.persons[viewer], month)
    text = browsing.words(answer)
    everyone = {name.title() for name in changing.persons} - {viewer.title()}
    amounts = {money(each.cents) for each in changing.bought}
    own = {money(each.cents) for each in changing.bought if each.who == viewer and each.month == MONTHS[month]}
    names = {name for name in everyone if re.search(rf"\b{name} X", text)}
    if view in ("-", "refused"):
        # Whoever has another household now is there, and it had nobody and nothing of this one.
        assert (names, {each for each in amounts if each in text}) == (set(), set())
        return
    assert answer.status_code == 200
    assert money(changing.total(month)) in section(answer, "period")
    if view == "all":
        of_month = {name.title() for name, person in changing.persons.items() if person in changing.names_in(month)}
        assert names == of_month - {viewer.title()}
        rows = section(answer, "bought")
        assert [rows.count(money(each.cents)) for each in changing.bought] == [
            int(each.month == MONTHS[month]) for each in changing.bought
        ]
        assert "/purchases/" not in re.sub(r"<nav.*?</nav>", "", answer.content.decode(), flags=re.DOTALL)
        assert section(answer, "chains") == ""
    else:
        assert names == {"Main"}
        shown = section(answer, "chains")
        for (group, chain), cents in changing.sums(month).items():
            assert f"{NAMES.get(str(chain), GROUPS.get(group))} {money(cents)}" in shown
        assert {each for each in amounts if each in text} == own
        assert len(re.findall(r'<a href="/purchases/\d+/"', answer.content.decode())) == len(own)


@pytest.mark.parametrize("viewer", ["main", "member"])
def test_nothing_finer_and_no_time_of_day_is_on_the_page(changing: Home, viewer: str) -> None:
    text = section(ask(changing.persons[viewer], "2020-06"), "bought")
    assert re.search(r"\b\d+ Jun[e]? 2020\b", text)
    assert not re.search(r"\d\d:\d\d", text)


def test_the_year_adds_up_its_months(changing: Home) -> None:
    answer = browsing.signed_in(changing.persons["member"]).get("/household/?year=2020")
    assert money(changing.total("2020-06")) in section(answer, "period")
    assert f"Prisma {money(changing.sums('2020-06')['grocery', 'prisma'])}" in section(answer, "chains")
    assert 'href="?year=2020&amp;month=6"' in answer.content.decode()


def test_months_before_ones_time_lead_nowhere(changing: Home) -> None:
    joined = browsing.signed_in(changing.persons["joined"])
    page = joined.get("/household/?year=2021&month=1").content.decode()
    assert 'rel="next" href="?year=2021&amp;month=2"' in page
    assert 'rel="prev"' not in page
    assert joined.get("/household/?year=2020").status_code == 404
    # A former main member steps over that time.
    page = browsing.signed_in(changing.persons["former_main"]).get("/household/?year=2020&month=1").content.decode()
    assert 'rel="prev" href="?year=2018&amp;month=12"' in page


def test_time_to_come_is_not_found(changing: Home) -> None:
    later = datetime.now(ZONE) + timedelta(days=32)
    member = browsing.signed_in(changing.persons["member"])
    assert member.get(f"/household/?year={later.year}&month={later.month}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["month=3", "year=24", "year=2024&month=0", "year=2024&month=3.5", "year=2024&month=٣", "year=1999", "year=x"],
)
def test_what_is_no_period_is_not_found(changing: Home, query: str) -> None:
    assert browsing.signed_in(changing.persons["main"]).get(f"/household/?{query}").status_code == 404


def test_person_without_a_household_is_told_so(changing: Home) -> None:
    answer = ask(changing.persons["homeless"], "2020-06")
    assert answer.status_code == 200
    assert "You do not belong to a household now" in browsing.words(answer)


def test_main_member_comes_to_the_present_month_and_a_member_to_the_year(home: Household) -> None:
    now = datetime.now(ZONE)
    main, member = (ask(person) for person in home.persons)
    assert f"{now:%B} {now.year} €0.00" in section(main, "period")
    assert f"{now.year} €0.00" in section(member, "period")
    assert (section(main, "bought") != "", section(member, "bought")) == (True, "")


def test_the_present_month_is_not_divided_by_chain(home: Household) -> None:
    now = datetime.now(UTC) - timedelta(seconds=5)
    take(a_source(), [bought(1234, card=home.cards[0], chain="prisma", at=now) for _ in range(4)])
    answer = ask(home.persons[1], f"{now.astimezone(ZONE):%Y-%m}")
    assert money(4 * 1234) in section(answer, "period")
    assert "Sums by chain are shown once the month has ended." in section(answer, "chains")
    assert "Prisma" not in browsing.words(answer)


def test_few_purchases_of_others_are_not_divided_by_chain(home: Household) -> None:
    at = datetime(2021, 5, 5, 12, tzinfo=ZONE)
    take(a_source(), [bought(1234, card=home.cards[0], chain="prisma", at=at) for _ in range(2)])
    answer = ask(home.persons[1], "2021-05")
    assert "only the whole sum is shown" in section(answer, "chains")
    assert "Prisma" not in browsing.words(answer)


def test_empty_months_are_told_kindly(home: Household) -> None:
    assert "No bonus purchases." in section(ask(home.persons[0], "2021-05"), "bought")
    member = ask(home.persons[1], "2021-05")
    assert "No bonus purchases." in section(member, "chains")
    assert "You made no bonus purchases in this month." in section(member, "bought")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("query", ["", "?year=2020", "?year=2020&month=6"])
@pytest.mark.parametrize("viewer", ["main", "member", "homeless"])
def test_page_is_in_every_language(changing: Home, viewer: str, query: str, language: str) -> None:
    answer = browsing.signed_in(changing.persons[viewer], language=language).get(f"/household/{query}")
    assert answer.status_code == 200
    assert not re.search(r"\bhousehold\.\w", browsing.words(answer))
