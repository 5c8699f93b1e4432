"""What an operator does for people, from the keyboard: each act through the door, each answer in plain words."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from acting import a_mandate, an_operator, code, let_mandate_expire, new_code, new_number
from building import Household, a_household
from looking import latest_events, own_look
from storing import rows
from tarkka.access.actions import sign_agreement
from tarkka.people.identity import identity_hash
from tarkka.vocabulary import Language, Role

SECRET = "Aamunkoi"


@pytest.fixture
def home(database) -> Household:
    return a_household(2)


def a_line(*codes, key="key", **changes):
    persons = [
        {
            "key": f"{key}-{at}",
            "identity_code": each,
            "given_name": SECRET,
            "family_name": SECRET,
            "language": "fi",
            "is_main_member": at == 0,
            "cards": [{"number": new_number(), "opened_on": "2014-05-01"}],
        }
        for at, each in enumerate(codes)
    ]
    return {"household": key, "since": "2014-05-01", "persons": persons} | changes


@pytest.fixture
def people(tmp_path):
    def write(*lines):
        path = tmp_path / "people.ndjson"
        path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines))
        return path

    return write


def looks(person_id):
    with own_look(person_id):
        # Looks at groups whose people were never told are shown to everyone, so other tests' may be among these.
        mine = [event for event in latest_events() if event.subject_kind == "person"]
        return [(each.purpose, each.role, each.outcome) for each in mine if each.purpose == "register_upkeep"]


def test_household_is_loaded_and_each_person_is_found_by_their_code(run, acting, people):
    codes = [new_code(), new_code()]
    done = run("household", "load", people(a_line(*codes)))
    assert (done.exit_code, done.stderr) == (0, "")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["key"] for each in told] == ["key-0", "key-1"]
    for each, identity_code in zip(told, codes, strict=True):
        found = run("person", "find", "--identity-code", identity_code)
        assert found.stdout == f"{each['person_id']}\n"


def test_load_again_tells_the_same_ids(run, people):
    path = people(a_line(new_code()), "", a_line(new_code(), key="other"))
    first, again = run("household", "load", path), run("household", "load", path)
    assert first.exit_code == again.exit_code == 0
    assert first.stdout == again.stdout
    assert len(first.stdout.splitlines()) == 2


def test_wrong_lines_are_told_without_content_and_the_others_are_taken(run, people):
    known = a_line(new_code(), new_code(), key="known")
    run("household", "load", people(known))
    mixed = a_line(known["persons"][0]["identity_code"], new_code(), key="mixed")
    taking = a_line(new_code(), key="taking")
    taking["persons"][0]["cards"] = known["persons"][0]["cards"]
    good = [a_line(new_code(), key=name) for name in ("first", "last")]
    wrong = a_line("131052-308G", key="wrong")
    done = run("household", "load", people(good[0], mixed, "{", taking, wrong, a_line(key="empty"), good[1]))
    assert done.exit_code == 1
    assert [json.loads(line)["key"] for line in done.stdout.splitlines()] == ["first-0", "last-0"]
    assert sorted(done.stderr.splitlines()) == [
        "people.ndjson, line 2: some of its persons are registered and some are not",
        "people.ndjson, line 3: not a household as docs/people.md tells it: no JSON of this form",
        "people.ndjson, line 4: a card of it is registered already",
        "people.ndjson, line 5: the personal identity code's check character is wrong",
        "people.ndjson, line 6: a household has exactly one main member",
    ]


def test_identity_code_is_asked_for_and_not_shown(run, acting, people):
    identity_code = new_code()
    told = json.loads(run("household", "load", people(a_line(identity_code))).stdout)
    done = run("person", "find", stdin=f"{identity_code}\n")
    assert done.exit_code == 0
    assert re.findall(r"\d+", done.stdout) == [str(told["person_id"])]
    assert identity_code not in done.output


def test_person_sees_that_they_were_looked_up(run, acting, people):
    identity_code = new_code()
    person_id = json.loads(run("household", "load", people(a_line(identity_code))).stdout)["person_id"]
    run("person", "find", "--identity-code", identity_code)
    assert looks(person_id) == [("register_upkeep", "register_administrator", "granted")]


def test_whoever_has_no_mandate_finds_nobody(run, people, monkeypatch):
    identity_code = new_code()
    person_id = json.loads(run("household", "load", people(a_line(identity_code))).stdout)["person_id"]
    done = run("person", "find", "--identity-code", identity_code, "--acting", "nobody")
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(person_id) not in done.stderr.split("access event")[0]
    assert looks(person_id) == [("register_upkeep", "register_administrator", "refused")]


@pytest.mark.parametrize(
    ("identity_code", "told"),
    [
        (code(datetime(1800, 1, 1).date(), 999, "+"), "nobody in the register has this identity code"),  # noqa: DTZ001
        ("131052-308G", "the personal identity code's check character is wrong"),
        ("", "a personal identity code is six digits, a separator, three digits and a check character"),
    ],
)
def test_code_that_finds_nobody_is_told_without_it(run, acting, identity_code, told):
    done = run("person", "find", "--identity-code", identity_code)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"Not done: {told}.\n")


def test_person_is_shown_with_cards_and_choices_in_the_registers_time(run, acting, home):
    person, number = home.persons[1], home.cards[1]
    run("card", "close", person, number, "--at", "2020-01-01 12:30:00")
    run("objection", "make", person, "A", "--place", "desk")
    run("objection", "withdraw", person, "A", "--place", "phone")
    run("objection", "make", person, "B", "--place", "portal")
    shown = run("person", "show", person)
    name, card, newest, oldest = shown.stdout.splitlines()
    assert name == "Given1 Family, fi"
    assert card == f"card {number}, open from 2014-05-01 03:00 to 2020-01-01 12:30"
    assert re.fullmatch(r"objection B made \d{4}-\d\d-\d\d \d\d:\d\d \(portal\), in force", newest)
    assert re.fullmatch(r"objection A made [-\d]+ [:\d]+ \(desk\), withdrawn [-\d]+ [:\d]+ \(phone\)", oldest)
    assert len(looks(person)) == 5


def test_language_is_changed(run, acting, home):
    done = run("person", "language", home.persons[0], "--to", "sv")
    assert (done.exit_code, done.stdout) == (0, f"Person {home.persons[0]} is served in sv.\n")
    assert run("person", "show", home.persons[0]).stdout.startswith("Given0 Family, sv")


def test_person_moves_out_into_a_new_household(run, acting, home):
    new = int(run("household", "found").stdout)
    done = run("household", "move", home.persons[1], "--to", new, "--main-member", "--at", "2024-02-01")
    assert done.stdout == (
        f"From 2024-02-01 00:00 on person {home.persons[1]} belongs to household {new} as its main member.\n"
    )
    assert rows(
        "SELECT household_id, is_main_member, lower(valid), upper(valid) FROM membership"
        " WHERE person_id = %s ORDER BY id",
        home.persons[1],
    ) == [
        (home.id, False, datetime(2014, 5, 1, tzinfo=UTC), datetime(2024, 1, 31, 22, tzinfo=UTC)),
        (new, True, datetime(2024, 1, 31, 22, tzinfo=UTC), None),
    ]


def test_main_member_changes(run, acting, home):
    first, second = home.persons
    done = run("household", "move", second, "--to", home.id, "--main-member")
    assert done.exit_code == 2
    assert done.stderr == (
        "Not done: the household has another main member at that time or later: it has one at a time.\n"
    )
    assert run("household", "move", first, "--to", home.id).exit_code == 0
    assert run("household", "move", second, "--to", home.id, "--main-member").exit_code == 0
    assert rows(
        "SELECT person_id FROM membership WHERE household_id = %s AND is_main_member AND valid @> now()", home.id
    ) == [(second,)]


def test_person_leaves_and_joins_none(run, acting, home):
    done = run("household", "move", home.persons[1], "--leave")
    assert done.stdout.endswith(f" on person {home.persons[1]} belongs to no household.\n")
    again = run("household", "move", home.persons[1], "--leave")
    assert again.stderr == "Not done: the person belongs to no household just before that moment.\n"


@pytest.mark.parametrize("options", [(), ("--to", 1, "--leave"), ("--leave", "--main-member"), ("--main-member",)])
def test_nobody_leaves_a_household_unless_it_is_said(run, acting, home, options):
    done = run("household", "move", home.persons[1], *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--leave" in done.stderr
    assert rows("SELECT upper(valid) FROM membership WHERE person_id = %s", home.persons[1]) == [(None,)]


@pytest.mark.parametrize(
    "arguments",
    [("person", "show", 2**63), ("card", "close", 2**63, "1"), ("household", "move", 1, "--to", 2**63)],
)
def test_id_that_is_greater_than_any_is_told(run, acting, arguments):
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(2**63 - 1) in done.stderr


def test_card_is_opened_and_closed(run, acting, home):
    number = new_number()
    opened = run("card", "open", home.persons[0], number, "--at", "2024-02-01T08:00:00")
    assert opened.stdout == "The card is open from 2024-02-01 08:00 on.\n"
    taken = run("card", "open", home.persons[1], number)
    assert (taken.exit_code, taken.stderr) == (2, "Not done: a card with this number is registered already.\n")
    closed = run("card", "close", home.persons[0], number, "--at", "2024-02-02")
    assert closed.stdout == "The card is closed from 2024-02-02 00:00 on.\n"
    again = run("card", "close", home.persons[0], number)
    assert (again.exit_code, again.stderr) == (2, f"Not done: person {home.persons[0]} has no such card open then.\n")


def test_objection_is_made_and_withdrawn_on_somebodys_behalf(run, acting, home):
    told = [
        run("objection", verb, home.persons[0], "A", "--place", "phone").stdout
        for verb in ("withdraw", "make", "make", "withdraw")
    ]
    assert told == [
        "Objection A was not in force.\n",
        "Objection A is in force.\n",
        "Objection A was in force already.\n",
        "Objection A is withdrawn.\n",
    ]
    [kept] = rows(
        "SELECT made_place, made_by, withdrawn_place, withdrawn_by FROM objection WHERE person_id = %s", home.persons[0]
    )
    assert kept == ("phone", acting.id, "phone", acting.id)


def test_mandate_opens_the_door_and_its_end_shuts_it(run, home, monkeypatch):
    user = new_number()
    monkeypatch.setenv("TARKKA_USER", user)
    shut = run("person", "show", home.persons[0])
    assert shut.exit_code == 2
    assert re.fullmatch(
        r"The door stayed shut: no_mandate \(access event \d+\)\. See `tarkka mandate give`\.\n", shut.stderr
    )
    a_mandate(user, Role.REGISTER_ADMINISTRATOR, signed=False)
    assert "no_agreement" in run("person", "show", home.persons[0]).stderr
    sign_agreement(1, language=Language.FI, acting=user)
    assert run("person", "show", home.persons[0]).exit_code == 0
    let_mandate_expire(an_operator())
    assert run("person", "show", home.persons[0]).exit_code == 0


def test_mandate_that_has_expired_is_none(run, acting, home):
    let_mandate_expire(acting)
    assert "no_mandate" in run("person", "show", home.persons[0]).stderr


def test_command_acts_under_the_name_that_it_is_given(run, acting, home):
    other = an_operator()
    run("objection", "make", home.persons[0], "A", "--place", "desk", "--acting", other.id)
    assert rows("SELECT made_by FROM objection WHERE person_id = %s", home.persons[0]) == [(other.id,)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("person", "show"),
        ("person", "language", "--to", "sv"),
        ("household", "move", "--leave"),
        ("card", "open", "{card}"),
        ("card", "close", "{card}"),
        ("objection", "make", "A", "--place", "desk"),
    ],
)
def test_person_who_is_not_there_is_told(run, acting, arguments):
    group, verb, *rest = arguments
    done = run(group, verb, 2**60, *(new_number() if each == "{card}" else each for each in rest))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Not done: ")


def test_moment_in_the_future_holds_from_then(run, acting, home):
    later = datetime.now(UTC) + timedelta(days=40)
    assert run("card", "close", home.persons[0], home.cards[0], "--at", f"{later:%Y-%m-%d}").exit_code == 0
    [(until,)] = rows("SELECT upper(valid) FROM card WHERE number = %s", home.cards[0])
    assert abs(until - later) < timedelta(days=2)
    assert run("card", "close", home.persons[0], home.cards[0]).exit_code == 0


def test_nothing_of_anybody_is_printed_by_a_load(run, people):
    line = a_line(new_code(), new_code())
    done = run(
        "household", "load", people(line, line, a_line(line["persons"][0]["identity_code"], new_code(), key="x"))
    )
    said = done.output
    for person in line["persons"]:
        assert person["identity_code"] not in said
        assert identity_hash(person["identity_code"]).hex() not in said
        assert person["cards"][0]["number"] not in said
    assert SECRET not in said
