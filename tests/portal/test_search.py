"""Searching one's own purchases: what is found, that nothing of it is in an address, and that one's place is kept."""

import re
import secrets
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import browsing
import building
from looking import latest_events, own_look


@pytest.fixture(scope="module")
def household(site):
    """A household of two; the first has bought at every level, things with odd names too, and the second one thing."""
    household = building.a_household()
    source = building.a_source()
    card, other = household.cards

    def line(number, name, group, amount):
        return {"line": number, "name": name, "group": group, "quantity": "1", "unit": "pcs", "amount": amount}

    bought = [
        # (day, outlet's chain, total, lines)
        ("2024-03-01", "prisma", "10.00", [("Milk 1 l", "dairy", "4.00"), ("Rye bread", "bakery", "6.00")]),
        ("2024-03-15", "s-market", "20.00", [("Oat MILK", "plant", "20.00")]),
        ("2024-04-02", "s-market", "5.50", [("ÄYRIÄISET Åland", "fish", "5.50")]),
        ("2023-12-31", "prisma", "7.00", [("100% juice", "drinks", "3.00"), ("under_score\\", "drinks", "4.00")]),
        ("2019-06-01", "prisma", "3.00", [("Milk 1 l", "dairy", "3.00")]),
        ("2015-06-01", "prisma", "9.00", [("Milk 1 l", "dairy", "9.00")]),  # GROUP then
        ("2024-03-02", "restaurants", "30.00", None),  # TOTAL always
    ]
    receipts = [
        building.a_receipt(
            receipt_id=f"{secrets.token_hex(4)}-{day}",
            card=card,
            outlet=building.outlet_of(chain),
            purchased_at=f"{day}T12:00:00+02:00",
            total=total,
            bonus_eligible=total,
            card_benefit="0.00",
            payments=[{"method": "card", "amount": total}],
            lines=None if lines is None else [line(place, *each) for place, each in enumerate(lines, start=1)],
        )
        for day, chain, total, lines in bought
    ]
    stranger = building.a_receipt(card=other, lines=[line(1, "Secret milk", "dairy", "10.00")])
    verdicts = building.take(source, [*receipts, stranger])
    assert {verdict.status for verdict in verdicts} == {"accepted"}, verdicts
    return household


def found_by(household, person=0, **asked) -> list[str]:
    """Return the days of the receipts that a search finds, newest first."""
    from tarkka.purchases.search import Search, find_receipts

    search = Search(**asked)
    with own_look(household.persons[person], at_most=search.level):
        return [f"{each.receipt.purchased_at:%Y-%m-%d}" for each in find_receipts(search)]


EVERY = ["2024-04-02", "2024-03-15", "2024-03-02", "2024-03-01", "2023-12-31", "2019-06-01", "2015-06-01"]


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, EVERY),
        ({"words": ("milk",)}, ["2024-03-15", "2024-03-01", "2019-06-01"]),
        ({"words": ("MILK", "rye")}, ["2024-03-01"]),
        ({"words": ("mil",)}, ["2024-03-15", "2024-03-01", "2019-06-01"]),
        ({"words": ("prisma", "milk")}, ["2024-03-01", "2019-06-01"]),
        ({"words": ("restaurants",)}, ["2024-03-02"]),
        ({"words": ("äyriäiset",)}, ["2024-04-02"]),
        ({"words": ("åLAND",)}, ["2024-04-02"]),
        ({"words": ("%",)}, ["2023-12-31"]),
        ({"words": ("_",)}, ["2023-12-31"]),
        ({"words": ("\\",)}, ["2023-12-31"]),
        ({"words": ("m_lk",)}, []),
        ({"words": ("m%k",)}, []),
        ({"words": ("' OR 1=1 --",)}, []),
        ({"words": ("secret",)}, []),
        ({"words": ("x" * 100,)}, []),
        ({"chain": "s-market"}, ["2024-04-02", "2024-03-15"]),
        ({"chain": "sokos"}, []),
        ({"group": "dairy"}, ["2024-03-01", "2019-06-01", "2015-06-01"]),
        ({"group": "dairy", "words": ("milk",)}, ["2024-03-01", "2019-06-01"]),
        ({"first_day": date(2024, 3, 2), "last_day": date(2024, 3, 15)}, ["2024-03-15", "2024-03-02"]),
        ({"first_day": date(2024, 3, 15)}, ["2024-04-02", "2024-03-15"]),
        ({"last_day": date(2019, 6, 1)}, ["2019-06-01", "2015-06-01"]),
        ({"last_day": date(2013, 1, 1)}, []),
        ({"first_day": date(2030, 1, 1)}, []),
        ({"least_cents": 1000, "most_cents": 2000}, ["2024-03-15", "2024-03-01"]),
        ({"least_cents": 1001, "most_cents": 1999}, []),
        ({"most_cents": -1}, []),
        (
            {"words": ("milk",), "chain": "prisma", "group": "dairy", "first_day": date(2016, 9, 1), "most_cents": 500},
            ["2019-06-01"],
        ),
    ],
)
def test_what_is_asked_is_found_and_nothing_else(household, asked, days):
    assert found_by(household, **asked) == days


def test_a_product_groups_name_finds_also_what_was_collected_by_group(site):
    from tarkka.purchases.actions import register_groups

    household, code, word = building.a_household(1), f"group-{secrets.token_hex(4)}", f"Meijeri{secrets.token_hex(4)}"
    register_groups([(code, word, f"Mejeri {word}", f"Dairy {word}")])
    milk = {"line": 1, "name": "Milk", "group": code, "quantity": "1", "unit": "pcs", "amount": "4.00"}
    rye = {"line": 2, "name": "Rye", "group": "bakery", "quantity": "1", "unit": "pcs", "amount": "6.00"}
    receipts = [
        building.a_receipt(card=household.cards[0], purchased_at=at, lines=[milk, rye])
        for at in (building.PRODUCT_TIME, building.GROUP_TIME)
    ]
    building.take(building.a_source(), [*receipts, building.a_receipt(card=household.cards[0])])
    assert found_by(household, words=(word.upper(),)) == ["2024-03-05", "2015-03-05"]
    assert found_by(household, words=(word, "rye")) == ["2024-03-05"]
    assert found_by(household, group=code) == ["2024-03-05", "2015-03-05"]


def test_nobody_finds_what_somebody_else_of_the_household_bought(household):
    assert found_by(household, person=1, words=("milk",)) == ["2024-03-05"]
    assert found_by(household, person=1, words=("äyriäiset",)) == []


def test_a_look_that_is_coarser_than_the_question_finds_nothing_finer(household):
    from tarkka.purchases.search import Search, find_receipts
    from tarkka.vocabulary import Level

    with own_look(household.persons[0], at_most=Level.TOTAL):
        assert find_receipts(Search(words=("milk",))) == []
        assert find_receipts(Search(group="dairy")) == []
    with own_look(household.persons[0], at_most=Level.GROUP):
        assert find_receipts(Search(words=("milk",))) == []
        assert len(find_receipts(Search(group="dairy"))) == 3


def test_objections_do_not_touch_the_persons_own_search(site):
    from tarkka.people.actions import customer, make_objection
    from tarkka.vocabulary import Objection, Place

    household = building.a_household(1)
    building.take_three_levels(building.a_source(), household.cards[0])
    person = household.persons[0]
    for kind in Objection:
        make_objection(person, kind, place=Place.PORTAL, acting=customer(person))
    assert found_by(household, words=("milk",)) == ["2024-03-05"]


def test_the_products_that_were_meant_are_told(household):
    from tarkka.purchases.search import Search, find_receipts

    with own_look(household.persons[0]):
        told = [each.products for each in find_receipts(Search(words=("milk",)))]
        assert told == [("Oat MILK",), ("Milk 1 l",), ("Milk 1 l",)]
        assert [each.products for each in find_receipts(Search(chain="prisma"))] == [(), (), (), ()]
        assert find_receipts(Search(words=("prisma",)))[0].products == ()


def test_of_many_products_the_first_three_are_told_and_how_many_more_there_are(site):
    from tarkka.purchases.search import Search, find_receipts

    household = building.a_household(1)
    lines = [
        {"line": place, "name": f"Tea {place}", "group": "tea", "quantity": "1", "unit": "pcs", "amount": "2.00"}
        for place in range(1, 6)
    ]
    building.take(building.a_source(), [building.a_receipt(card=household.cards[0], lines=lines)])
    with own_look(household.persons[0]):
        (found,) = find_receipts(Search(words=("tea",)))
    assert (found.products, found.more_products) == (("Tea 1", "Tea 2", "Tea 3"), 2)


def test_a_product_on_several_lines_is_told_once(site):
    from tarkka.purchases.search import Search, find_receipts

    household = building.a_household(1)
    lines = [
        {"line": place, "name": "Yogurt", "group": "dairy", "quantity": "1", "unit": "pcs", "amount": "5.00"}
        for place in (1, 2)
    ]
    building.take(building.a_source(), [building.a_receipt(card=household.cards[0], lines=lines)])
    with own_look(household.persons[0]):
        (found,) = find_receipts(Search(words=("yogurt",)))
    assert (found.products, found.more_products) == (("Yogurt",), 0)


@pytest.fixture(scope="module")
def frequent(site):
    """Somebody with receipts in bunches over ten years, some at the same moment, and the ids, newest first."""
    household = building.a_household(1)
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    days = [0, 0, 0, 1, 2, 30, 180, 181, 182, 183, 400, 729, 730, 731, 731, 1500, 2500, 3000, 3600]
    receipts = [
        building.a_receipt(card=household.cards[0], purchased_at=(now - timedelta(days=day)).isoformat())
        for day in days
    ]
    assert {each.status for each in building.take(building.a_source(), receipts)} == {"accepted"}
    with own_look(household.persons[0]):
        from tarkka.purchases.models import Receipt

        ids = list(Receipt.objects.order_by("-purchased_at", "-id").values_list("id", flat=True))
    assert len(ids) == len(days)
    return household.persons[0], ids


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 25), word=st.sampled_from(["", "milk", "prisma"]))
def test_pages_together_are_everything_once_and_newest_first_both_ways(frequent, limit, word):
    from tarkka.purchases.search import Search, find_receipts

    person, ids = frequent
    search = Search(words=(word,) if word else ())
    with own_look(person):
        down = [each.receipt.id for each in find_receipts(search, limit=limit)]
        up = [ids[-1]]
        for _ in range(len(ids) // limit + 1):
            down += [each.receipt.id for each in find_receipts(search, before=down[-1], limit=limit)]
            up = [*(each.receipt.id for each in find_receipts(search, after=up[0], limit=limit)), *up]
    assert down == ids
    assert up == ids


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 4000), length=st.integers(0, 2000), limit=st.integers(1, 25))
def test_a_period_has_its_days_and_no_others(frequent, first, length, limit):
    from tarkka.description.queries import load_rulebook
    from tarkka.purchases.models import Receipt
    from tarkka.purchases.search import Search, find_receipts
    from tarkka.vocabulary import midnight

    person, _ = frequent
    last_day = date.today() - timedelta(days=first)  # noqa: DTZ011
    first_day = last_day - timedelta(days=length)
    zone = load_rulebook().time_zone
    with own_look(person):
        found = find_receipts(Search(first_day=first_day, last_day=last_day), limit=limit)
        within = Receipt.objects.filter(
            purchased_at__gte=midnight(first_day, zone), purchased_at__lt=midnight(last_day + timedelta(days=1), zone)
        )
        assert [each.receipt.id for each in found] == list(within.values_list("id", flat=True)[:limit])


def test_somebody_elses_receipt_is_no_place_to_go_on_from(household, frequent):
    from tarkka.purchases.search import Search, find_receipts

    _, ids = frequent
    with own_look(household.persons[0]):
        assert find_receipts(Search(), before=ids[0]) == []
        assert find_receipts(Search(), after=ids[-1]) == []


# The pages.


@pytest.fixture
def owner(household):
    return browsing.signed_in(household.persons[0])


def searched(client, **asked):
    """Post a search and return the page that it leads to."""
    answer = client.post("/purchases/search/", asked)
    assert answer.status_code == 302
    return client.get(answer["Location"])


def receipts_on(answer) -> list[str]:
    return re.findall(r'<a class="row" href="(/purchases/\d+/[^"]*)"', answer.content.decode())


def test_what_is_searched_for_stands_in_no_address_and_no_other_session(owner, household):
    asked = {"words": "äyriäiset", "chain": "s-market", "group": "", "least": "5,50", "first_day": "2024-01-01"}
    answer = owner.post("/purchases/search/", asked)
    address = answer["Location"]
    assert re.fullmatch(r"/purchases/\?search=[\w-]{11}", address)
    page = owner.get(address)
    assert len(receipts_on(page)) == 1
    for found in re.findall(r'(?:href|action|src|hx-\w+)="([^"]*)"', page.content.decode()):
        assert not re.search("yri|%C3|s-market|5,50|2024-01", found), found
    for other in (browsing.signed_in(household.persons[0]), browsing.signed_in(household.persons[1])):
        text = browsing.words(other.get(address))
        assert "This search is no longer remembered" in text
        assert "äyriäiset" not in text


def test_the_form_shows_what_was_asked_and_what_was_found(owner):
    page = searched(owner, words=" MILK  prisma ", most="20", last_day="2024-12-31")
    html, text = page.content.decode(), browsing.words(page)
    assert 'value=" MILK  prisma "' in html
    assert "<details>" in html
    assert "Receipts found: 2" in text
    assert "Milk 1 l" in text
    assert "at most €20.00" in text
    assert "to 31 Dec 2024" in text
    assert "The month’s purchases" not in text


def test_going_back_comes_to_the_search_that_was_there(owner):
    first = owner.post("/purchases/search/", {"words": "rye"})["Location"]
    second = owner.post("/purchases/search/", {"words": "oat"})["Location"]
    assert first != second
    assert "Rye bread" in browsing.words(owner.get(first))
    assert "Oat MILK" in browsing.words(owner.get(second))


def test_a_session_remembers_ten_searches(owner):
    addresses = [owner.post("/purchases/search/", {"words": f"word{each}"})["Location"] for each in range(11)]
    assert "no longer remembered" in browsing.words(owner.get(addresses[0]))
    assert all("Nothing found" in browsing.words(owner.get(address)) for address in addresses[1:])


def test_signing_out_forgets_every_search(owner):
    from searching import tables_with

    word = f"word{secrets.token_hex(8)}"
    searched(owner, words=word)
    owner.post("/sign-out/")
    assert tables_with(word) == []


def test_a_search_for_nothing_leads_to_all_purchases(owner):
    assert owner.post("/purchases/search/", {"words": "  ", "chain": ""})["Location"] == "/purchases/"
    assert owner.post("/purchases/search/", {})["Location"] == "/purchases/"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"words": "w" * 101}, "at most eight words, 100 characters"),
        ({"words": "a b c d e f g h i"}, "at most eight words, 100 characters"),
        ({"least": "ten"}, "Write the amount in figures"),
        ({"least": "1e3"}, "Write the amount in figures"),
        ({"most": "9" * 40}, "Write the amount in figures"),
        ({"least": "10", "most": "9,99"}, "The highest amount is less than the lowest"),
        ({"first_day": "2024-13-01"}, "Write the day"),
        ({"first_day": "1999-12-31"}, "Write the day"),
        ({"last_day": "9999-12-31"}, "Write the day"),
        ({"first_day": "2024-02-02", "last_day": "2024-02-01"}, "The last day is before the first"),
        ({"chain": "nowhere"}, "Choose from the list"),
        ({"group": "' OR 1=1"}, "Choose from the list"),
    ],
)
def test_what_cannot_be_searched_for_is_told_beside_its_field(owner, asked, told):
    page = searched(owner, **asked)
    assert page.status_code == 200
    assert told in browsing.words(page)
    assert 'aria-invalid="true"' in page.content.decode() or "chain" in asked or "group" in asked
    assert receipts_on(page) == []


@pytest.mark.parametrize("words", ["mi\x00lk", "\x07milk\x1f", "mi\u00adlk", "\u202emilk", "  milk\n", "mi\ud800lk"])
def test_characters_that_cannot_be_seen_do_no_harm(owner, words):
    page = searched(owner, words=words.encode("utf-8", "replace").decode())
    assert page.status_code == 200


def test_letters_with_marks_of_their_own_are_the_same_letters(owner):
    assert len(receipts_on(searched(owner, words="a\u0308yria\u0308iset"))) == 1


@pytest.mark.parametrize(
    "address",
    [
        "?search=x",
        "?search=../../../..",
        "?month=2024-13",
        "?month=2024-3",
        "?month=2099-01",
        "?year=1999",
        "?year=20244",
        "?after=0",
        "?before=0x1",
    ],
)
def test_an_address_that_cannot_be_is_not_found(owner, address):
    assert owner.get(f"/purchases/{address}").status_code == 404


def test_a_month_shows_its_purchases_with_their_sum_and_the_months_beside_it(owner):
    page = owner.get("/purchases/?month=2024-03")
    text = browsing.words(page)
    assert len(receipts_on(page)) == 3
    assert "The month’s purchases in all €60.00" in text
    assert "?month=2024-02" in page.content.decode()
    assert "?month=2024-04" in page.content.decode()
    now = datetime.now(ZoneInfo("Europe/Helsinki"))
    assert 'rel="next"' not in owner.get(f"/purchases/?month={now:%Y-%m}").content.decode()
    later = now.replace(day=1) + timedelta(days=32)
    assert owner.get(f"/purchases/?month={later:%Y-%m}").status_code == 404


def test_a_year_shows_its_months_with_their_sums_and_leads_to_them(owner):
    page = owner.get("/purchases/?year=2024")
    text = browsing.words(page)
    assert "The year’s purchases in all €65.50" in text
    assert re.search("March 2024 receipts: 3 €60.00 April 2024 receipts: 1 €5.50", text)
    assert 'href="/purchases/?month=2024-03"' in page.content.decode()
    assert "There are no purchases from this year" in browsing.words(owner.get("/purchases/?year=2020"))


def test_a_new_years_night_belongs_to_the_year_of_the_registers_clock(site):
    household = building.a_household(1)
    late = building.a_receipt(card=household.cards[0], purchased_at="2023-12-31T22:30:00+00:00")
    building.take(building.a_source(), [late])
    client = browsing.signed_in(household.persons[0])
    assert len(receipts_on(client.get("/purchases/?month=2024-01"))) == 1
    assert "January 2024" in browsing.words(client.get("/purchases/?year=2024"))
    assert "There are no purchases" in browsing.words(client.get("/purchases/?year=2023"))


def test_the_years_are_those_since_the_first_card(site):
    household = building.a_household(1, since=datetime(2022, 7, 1, tzinfo=UTC))
    page = browsing.signed_in(household.persons[0]).get("/purchases/").content.decode()
    years = re.findall(r"\?year=(\d+)", page)
    assert years == [str(year) for year in range(datetime.now(UTC).year, 2021, -1)]


@pytest.fixture(scope="module")
def many(site):
    """Somebody with 120 receipts of milk, a day apart."""
    household = building.a_household(1)
    first = datetime(2024, 1, 1, 12, tzinfo=UTC)
    receipts = [
        building.a_receipt(card=household.cards[0], purchased_at=(first + timedelta(days=day)).isoformat())
        for day in range(120)
    ]
    building.take(building.a_source(), receipts)
    return household.persons[0]


@pytest.mark.parametrize("where", ["", "?month=2024-02", "search"])
def test_a_receipt_leads_back_to_the_page_that_it_stood_on(many, where):
    client = browsing.signed_in(many)
    if where == "search":
        where = client.post("/purchases/search/", {"words": "milk"})["Location"].removeprefix("/purchases/")
    address = f"/purchases/{where}"
    seen = []
    while address:
        page = client.get(address)
        for link in receipts_on(page)[::20]:
            receipt = client.get(link.replace("&amp;", "&"))
            back = re.search(r'class="back" href="([^"]+)"', receipt.content.decode())[1].replace("&amp;", "&")
            path, anchor = back.split("#")
            assert path == address
            assert f'id="{anchor}"' in page.content.decode()
        seen += receipts_on(page)
        older = re.search(r'rel="next" href="([^"]+before[^"]+)"', page.content.decode())
        address = older and older[1].replace("&amp;", "&")
    assert len(seen) == len({link.split("?")[0] for link in seen}) == (29 if "month" in where else 120)


def test_newer_pages_are_reached_from_older_ones_and_the_newest_is_full(many):
    client = browsing.signed_in(many)

    def step(page, rel):
        found = re.search(rf'rel="{rel}" href="([^"]+)"', page.content.decode())
        return found and client.get(found[1].replace("&amp;", "&"))

    first = client.get("/purchases/")
    second = step(first, "next")
    third = step(second, "next")
    again = step(third, "prev")
    assert [link.split("?")[0] for link in receipts_on(again)] == [link.split("?")[0] for link in receipts_on(second)]
    newest = step(again, "prev")
    assert [link.split("?")[0] for link in receipts_on(newest)] == [link.split("?")[0] for link in receipts_on(first)]
    assert step(newest, "prev") is None
    assert step(third, "next") is None


def test_a_place_that_is_gone_leads_to_the_newest(owner):
    answer = owner.get("/purchases/?before=999999999999999999")
    assert (answer.status_code, answer["Location"]) == (302, "/purchases/")


def test_a_search_is_looked_at_no_more_finely_than_it_asks(household):
    client = browsing.signed_in(household.persons[0])

    def levels(**asked) -> str:
        searched(client, **asked)
        with own_look(household.persons[0]):
            return latest_events(limit=2)[1].level.name

    assert levels(chain="prisma") == "TOTAL"
    assert levels(group="") == "TOTAL"
    assert levels(words="milk") == "PRODUCT"


def test_whoever_searches_without_end_is_asked_to_wait(site):
    client = browsing.signed_in(building.a_household(1).persons[0])
    answers = [client.post("/purchases/search/", {"words": "milk"}).status_code for _ in range(31)]
    assert answers == [302] * 30 + [429]


def test_whoever_looks_for_the_same_without_end_is_asked_to_wait_and_may_go_on_reading(site):
    client = browsing.signed_in(building.a_household(1).persons[0])
    found = client.post("/purchases/search/", {"words": "milk"})["Location"]
    assert [client.get(found).status_code for _ in range(61)] == [200] * 60 + [429]
    assert client.get("/purchases/").status_code == 200
