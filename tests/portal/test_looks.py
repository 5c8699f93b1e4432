"""Who has looked, as the person sees it: every look, apart by who looked, folded, filtered, and to keep (R22)."""

import csv
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import browsing
import building
from acting import a_case, a_mandate
from looking import latest_events, own_look
from tarkka import access
from tarkka.vocabulary import Language, Level, Objection, Place, Purpose, Role, SubjectKind

FORMULA = "=HYPERLINK(1)"
SERVICES = "Services made of purchase data"
KINDS = ("staff", "automatic", "customer", "me")
EMPLOYEES = ("adviser-aino", "intruder-ilmari")


@pytest.fixture(scope="module")
def household(site):
    """A household of two whose first person was looked at in every way."""
    household = building.a_household(2)
    me, mate = household.persons
    adviser, intruder = EMPLOYEES
    a_mandate(adviser, Role.CUSTOMER_SERVICE)
    case = {"role": Role.CUSTOMER_SERVICE, "purpose": Purpose.CUSTOMER_SERVICE, "actor": adviser}
    bonus = {"role": Role.AUTOMATIC, "actor": "bonus", "purpose": Purpose.BONUS}
    of_home = {"purpose": Purpose.HOUSEHOLD_VIEW, "subject": access.household(household.id)}
    for changes in (
        case | {"case_ref": a_case(me, adviser)},
        {"role": Role.AUTOMATIC, "actor": "receipts", "purpose": Purpose.SERVICES, "case_ref": FORMULA},
        bonus | {"subject": access.household(household.id)},
        {"role": Role.AUTOMATIC, "actor": "receipts", "purpose": Purpose.SERVICES},
        of_home,
        of_home | {"actor": str(mate)},
        *[{}] * 14,
    ):
        with own_look(me, **changes):
            pass
    for kind, purpose in ((SubjectKind.TRACE, Purpose.STATISTICS), (SubjectKind.AUDIENCE, Purpose.MARKETING)):
        with access.opened(role=Role.AUTOMATIC, actor="x", purpose=purpose, subject=access.Subject(kind)) as look:
            look.cover([me])
    for changes in (case | {"actor": intruder, "case_ref": "C-1"}, {"actor": str(mate)}):
        with pytest.raises(access.Refused), own_look(me, **changes):
            pass
    return household


@pytest.fixture
def me(household):
    return household.persons[0]


@pytest.fixture
def client(me):
    return browsing.signed_in(me)


@dataclass(frozen=True)
class Row:
    """One row of the page's table: the moment, and what its cells say."""

    at: str
    why: str
    who: str
    what: str
    how: str


def rows_on(answer) -> list[Row]:
    page = answer.content.decode()
    found = []
    for part in re.findall(r'<tr role="row"[^>]*>\s*<td(.*?)</tr>', page, re.DOTALL):
        at = re.search(r'datetime="([^"]+)"', part)[1]
        cells = re.split(r"</t[dh]>", f"<td{part}")
        texts = [" ".join(unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", cell)).split()) for cell in cells]
        found.append(Row(at, *texts[1:5]))
    return found


def all_rows(client, query: str) -> list[Row]:
    """Every row of the filtered list, through all its pages."""
    found, address = [], f"/looks/?{query}"
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found += rows_on(answer)
        older = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
        address = f"/looks/{unescape(older[1])}" if older else None
    return found


def downloaded(client) -> list[list[str]]:
    answer = client.get("/looks/download/")
    assert answer.status_code == 200
    return list(csv.reader(b"".join(answer).decode("utf-8-sig").splitlines()))


def unfolded(client) -> list[Row]:
    """Every look, one by one: those of others by kind, which do not fold while own ones are left out, and own ones."""
    return [row for kind in KINDS for row in all_rows(client, f"by={kind}")]


def object_elsewhere(person) -> None:
    """Make objection A in another session, and withdraw it, as the person might on another device."""
    from tarkka.people.actions import customer, make_objection, withdraw_objection

    def choose() -> None:
        from django.db import connection

        try:
            make_objection(person, Objection.A, place=Place.PHONE, acting=customer(person))
            withdraw_objection(person, Objection.A, place=Place.PHONE, acting=customer(person))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        other.submit(choose).result()


def test_each_look_says_why_who_at_what_and_how_finely(client):
    told = {(row.why, row.who, row.what, row.how) for row in all_rows(client, "by=staff")}
    refused = "Nothing was shown"
    shown = [why for why, *rest in told if rest == ["Customer service", "Your data", "Products"]]
    assert [why for why in shown if why.startswith("Customer service A question about the purchases of some time ")]
    assert any(row[0].startswith("Customer service Case C-1") and refused in row[0] for row in told)
    told = {(row.why, row.who, row.what, row.how) for row in all_rows(client, "by=automatic")}
    program = "Automatic processing"
    group = "A group of customers that you were in"
    assert {
        ("Bonus and benefits", program, "Your household’s purchases", "Total"),
        ("Services made of purchase data", program, "Your data", "Products"),
        ("Developing the business and its assortments", program, group, "Products"),
        ("Marketing and communication", program, group, "Products"),
    } <= told


def test_another_of_the_household_and_a_stranger_are_not_told_as_me(client, household):
    told = {(row.who, row.what, row.how) for row in all_rows(client, "by=customer")}
    assert told == {
        ("Another person of your household", "Your household’s purchases", "Total"),
        ("Another customer", "Your data", "Refused"),
    }
    mate = {row.who for row in all_rows(browsing.signed_in(household.persons[1]), "by=customer")}
    assert mate == {"Another person of your household"}


def test_own_visits_are_folded_and_open(client):
    page = client.get("/looks/")
    [fold] = [row for row in rows_on(page) if "the first time on" in row.why and "14" in row.why]
    assert re.match(r"You looked 1[4-9] times", fold.why)
    assert fold.who == "You"
    assert "<details><summary>You looked" in page.content.decode()
    # This look stands for itself.
    assert page.content.decode().count("this look") == 1
    assert len(rows_on(page)) < len(unfolded(client))


def test_a_long_fold_leads_to_all_of_its_looks(site):
    household = building.a_household(1)
    for _ in range(14):
        with own_look(household.persons[0]):
            pass
    client = browsing.signed_in(household.persons[0])
    page = client.get("/looks/").content.decode()
    address = unescape(re.search(r'href="([^"]+)">Show all of these', page)[1])
    opened = rows_on(client.get(f"/looks/{address}"))
    [count] = re.findall(r"You looked (\d+) times", page)
    assert [row.who for row in opened] == ["You"] * int(count)


def test_a_page_has_no_more_than_fifty_rows_and_goes_on_where_it_ends(site):
    household = building.a_household(1)
    person = household.persons[0]
    for number in range(60):
        with own_look(person, role=Role.AUTOMATIC, actor="x", purpose=Purpose.SERVICES):
            pass
        for _ in range(4 if number % 20 == 0 else 0):
            with own_look(person):
                pass
    client = browsing.signed_in(person)
    first = client.get("/looks/")
    assert len(rows_on(first)) == 50
    services = [row for row in all_rows(client, "") if row.why == "Services made of purchase data"]
    assert len(services) == len(set(services)) == 60


@pytest.mark.parametrize(("filters", "expected"), [
    ("purpose=bonus", {"Bonus and benefits"}),
    ("purpose=bonus&by=staff", set()),
    ("refused=1&by=staff", {"Customer service Case C-1 Nothing was shown"}),
    ("by=automatic&purpose=services", {SERVICES, f"{SERVICES} Case {FORMULA}"}),
])  # fmt: skip
def test_filters_narrow(client, filters, expected):
    found = {re.sub(r"(Nothing was shown).*", r"\1", row.why) for row in all_rows(client, filters)}
    assert found == expected


def test_a_period_is_of_whole_days_of_the_register(client):
    today = datetime.now(UTC).astimezone(building_zone()).date()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    assert all_rows(client, f"from={today}&to={today}&by=staff") == all_rows(client, "by=staff")
    assert all_rows(client, f"from={tomorrow}") == []
    assert all_rows(client, f"to={yesterday}") == []
    assert "No look matches what you chose." in browsing.words(client.get(f"/looks/?from={tomorrow}"))


def building_zone():
    from tarkka.description.queries import load_rulebook

    return load_rulebook().time_zone


@pytest.mark.parametrize(
    "query",
    [
        "by=x",
        "purpose=x",
        "from=x",
        "from=2026-13-01",
        "to=9999-12-31",
        "from=0001-01-01",
        "before=x",
        "from=20260101x",
    ],
)
def test_what_cannot_be_asked_is_not_found(client, query):
    assert client.get(f"/looks/?{query}").status_code == 404


def test_chips_keep_what_else_was_asked_and_the_page_begins_anew(client):
    page = client.get("/looks/?by=staff&purpose=bonus&refused=1&before=999999999").content.decode()
    chips = [unescape(each) for each in re.findall(r'class="chip" href="([^"]+)"', page)]
    assert chips[0] == "?purpose=bonus&refused=1"
    assert "?by=me&purpose=bonus&refused=1" in chips
    assert chips[-1] == "?by=staff&purpose=bonus"
    assert page.count('class="chip"') == 6
    assert len(re.findall(r'class="chip" href="[^"]+" aria-current="true"', page)) == 2


def test_the_download_is_complete_and_says_what_the_pages_say(client, me):
    from tarkka.access.queries import find_events

    heading, *lines = downloaded(client)
    assert heading == [
        "Number", "When", "Why", "Who", "What", "Level of detail", "Case", "Situation", "Done for you",
        "Version of the register description",
    ]  # fmt: skip
    numbers = [int(line[0]) for line in lines]
    assert numbers == sorted(numbers, reverse=True)
    with own_look(me):
        assert {event.id for event in find_events(limit=100_000).events if event.id <= numbers[0]} == set(numbers)
    in_file = Counter(
        (f"{why} {about}".strip(), who, what, how) for _, _, why, who, what, how, _, about, *_ in lines if who != "You"
    )
    on_pages = Counter(
        (re.sub(" Case.*| Nothing.*", "", row.why), row.who, row.what, row.how)
        for row in unfolded(client)
        if row.who != "You"
    )
    assert in_file == on_pages
    assert {version for *_, version in lines} == {"2"}


def test_the_downloads_own_look_is_its_first_row_and_is_not_kept_by_caches(client, me):
    answer = client.get("/looks/download/")
    lines = list(csv.reader(b"".join(answer).decode("utf-8-sig").splitlines()))
    with own_look(me):
        assert int(lines[1][0]) == latest_events()[1].id
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="looks.csv"'
    assert answer.streaming


def test_the_download_comes_in_parts_of_which_none_is_lost_or_doubled(client, me, monkeypatch):
    from tarkka.portal.pages import looks

    whole = [line[0] for line in downloaded(client)[1:]]
    monkeypatch.setattr(looks, "DOWNLOADED_AT_ONCE", 3)
    parts = [line[0] for line in downloaded(client)[1:]]
    assert parts[1:] == whole


def test_no_cell_is_a_formula(client):
    cells = [cell for line in downloaded(client) for cell in line]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]


def test_asking_what_the_download_would_be_looks_at_nothing(client, me):
    with own_look(me) as look:
        pass
    assert client.head("/looks/download/")["Content-Type"] == "text/csv; charset=utf-8"
    with own_look(me):
        assert latest_events()[1].id == look.event_id


def test_no_employee_is_named_on_page_or_in_file(client):
    pages = "".join(client.get(f"/looks/?by={kind}").content.decode() for kind in KINDS)
    pages += client.get("/looks/").content.decode() + repr(downloaded(client))
    for name in EMPLOYEES:
        assert name not in pages


def test_a_strangers_looks_are_not_mine(client):
    stranger = building.a_household(1).persons[0]
    with own_look(stranger, role=Role.AUTOMATIC, actor="x", purpose=Purpose.SERVICES, case_ref="STRANGE-1"):
        pass
    assert "STRANGE-1" in browsing.words(browsing.signed_in(stranger).get("/looks/"))
    assert "STRANGE-1" not in repr(unfolded(client)) + repr(downloaded(client))


@pytest.mark.parametrize("address", ["/looks/", "/looks/download/"])
def test_an_objection_made_while_the_page_is_read_hides_nothing(client, me, monkeypatch, address):
    from tarkka.portal.pages import looks

    find, times = looks.trail.find_events, []

    def interrupted(*args, **changes):
        if not times:
            times.append(1)
            object_elsewhere(me)
        return find(*args, **changes)

    whole = len(downloaded(client))
    monkeypatch.setattr(looks.trail, "find_events", interrupted)
    answer = client.get(address)
    content = b"".join(answer).decode("utf-8-sig")
    if address == "/looks/":
        assert "Given0 Family" in content
        assert "Case" in content
    else:
        # Its own look that was ended, the two acts of choosing, and the look that it opened again.
        assert len(list(csv.reader(content.splitlines()))) == whole + 4


def test_looks_that_are_ended_every_time_are_an_error_and_no_half_list(client, me, monkeypatch):
    from tarkka.portal.pages import looks

    monkeypatch.setattr(looks.trail, "is_live", lambda: False)
    client.raise_request_exception = False
    for address in ("/looks/", "/looks/download/"):
        assert client.get(address).status_code == 500


@pytest.mark.parametrize("language", list(Language))
def test_page_and_download_speak_the_chosen_language(me, language):
    client = browsing.signed_in(me, language=language)
    told = [browsing.words(client.get(f"/looks/{query}")) for query in ("", "?by=customer", "?purpose=recall&by=staff")]
    for text in (*told, repr(downloaded(client))):
        assert not re.search(r"\b(?:looks|level)\.\w+", text)
    why = {"fi": "Asiakaspalvelu", "sv": "Kundservice", "en": "Customer service"}[language]
    assert any(line[2] == why for line in downloaded(client))


def test_a_purpose_that_is_no_more_is_called_as_it_was(site):
    from django.utils import translation

    from tarkka.description.queries import load_rulebook
    from tarkka.description.rulebook import PublishedVersion, Rulebook
    from tarkka.description.value import Description
    from tarkka.web.templatetags.looks import why

    now = load_rulebook().versions[-1]
    document = now.description.document
    without = {purpose: rule for purpose, rule in document.purpose.items() if purpose is not Purpose.SERVICES}
    renamed = msgspec.structs.replace(
        document.purpose[Purpose.BONUS], name=msgspec.structs.replace(document.register.name, en="Bonus as it was")
    )
    old = msgspec.structs.replace(document, purpose=document.purpose | {Purpose.BONUS: renamed})
    new = msgspec.structs.replace(document, purpose=without)
    rulebook = Rulebook(
        [
            PublishedVersion(1, date(2016, 9, 1), Description(old, date(2016, 9, 1))),
            PublishedVersion(2, date(2020, 9, 1), Description(new, date(2020, 9, 1))),
        ]
    )
    with translation.override("en"):
        told = {
            (purpose, version): why(SimpleNamespace(purpose=purpose, version=version), rulebook)
            for purpose in (Purpose.SERVICES, Purpose.BONUS)
            for version in (1, 2, None)
        }
    assert told == {
        (Purpose.SERVICES, 1): "Services made of purchase data",
        (Purpose.SERVICES, 2): "services",
        (Purpose.SERVICES, None): "services",
        (Purpose.BONUS, 1): "Bonus and benefits",
        (Purpose.BONUS, 2): "Bonus and benefits",
        (Purpose.BONUS, None): "Bonus and benefits",
    }


@given(st.data())
def test_folding_keeps_every_look_in_its_order_and_folds_only_own_ones(data):
    from tarkka.access.queries import Event, Looker
    from tarkka.portal.folding import FEWEST, Fold, fold

    kinds = data.draw(st.lists(st.tuples(st.sampled_from(Looker), st.booleans()), max_size=40))
    events = [
        Event(
            100 - place, datetime.now(UTC), Purpose.OWN_DATA, Role.CUSTOMER, looker, SubjectKind.PERSON,
            None if is_refused else Level.TOTAL, "refused" if is_refused else "granted", None, 1,
        )
        for place, (looker, is_refused) in enumerate(kinds)
    ]  # fmt: skip
    this = data.draw(st.integers(60, 101))
    rows = list(fold(events, this=this))
    assert [event for row in rows for event in (row.events if isinstance(row, Fold) else [row])] == events
    for row in rows:
        if isinstance(row, Fold):
            assert len(row.events) >= FEWEST
            assert all(event.is_own and event.level and event.id != this for event in row.events)
    foldable = "".join("x" if event.is_own and event.level and event.id != this else "-" for event in events)
    assert [len(row.events) for row in rows if isinstance(row, Fold)] == [
        len(run) for run in re.findall(r"x+", foldable) if len(run) >= FEWEST
    ]


def test_downloads_are_bounded_in_a_minute(site):
    client = browsing.signed_in(building.a_household(1).persons[0])
    statuses = [client.get("/looks/download/").status_code for _ in range(7)]
    assert statuses == [200] * 6 + [429]
