"""Each rule of supervision finds what it is for, and leaves alone what looks like it and is not.

What is done lies at a night of long ago that no other test has, so that the rules judge it and nothing else.
"""

import itertools
import json
from datetime import UTC, date, datetime, timedelta

import pytest

import building
import staffing
from acting import a_mandate
from tarkka.vocabulary import Role

_days = itertools.count()
CLERK, ADMINISTRATOR = "customer_service", "register_administrator"


class Night:
    """A stretch of time of a test's own: what staff do in it, and what the rules say to it."""

    def __init__(self) -> None:
        self.begins = datetime(2018, 1, 1, 10, tzinfo=UTC) + timedelta(days=100 * next(_days))

    def insert(self, table, **row):
        with building.administrator() as connection:
            names = ", ".join(row)
            values = ", ".join(["%s"] * len(row))
            key = {"staff_call": "id", "service_case": "id", "access_event": "id"}[table]
            [(found,)] = connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({values}) RETURNING {key}", list(row.values())
            ).fetchall()
            return found

    def event(self, actor, *, hours=0.0, role=CLERK, kind="person", person=None, case=None, terms=None, found=()):
        event = self.insert(
            "access_event", at=self.begins + timedelta(hours=hours), role=role, actor=actor, purpose=CLERK,
            subject_kind=kind, subject_id=person, case_ref=None if case is None else str(case), terms=terms,
            level="TOTAL", version=1,
        )  # fmt: skip
        with building.administrator() as connection:
            for each in found:
                connection.execute(
                    "INSERT INTO access_event_person (person_id, event_id) VALUES (%s, %s)", [each, event]
                )
            if kind == "lookup":  # as the door tells how many were found, which the trail's verifying asks
                connection.execute("INSERT INTO access_cover (event_id, people) VALUES (%s, %s)", [event, len(found)])
        return event

    def search(self, actor, found, *, hours=0.0, terms="card: 1"):
        return self.event(actor, hours=hours, kind="lookup", terms=terms, found=found)

    def case(self, actor, person, *, hours=0.0, place="desk"):
        opened = self.begins + timedelta(hours=hours)
        return self.insert(
            "service_case", person_id=person, opened_by=actor, situation="a", break_glass=False, place=place,
            identified_by="questions", opened_at=opened, closes_at=opened + timedelta(hours=1),
        )  # fmt: skip

    def call(self, actor, *, hours, minutes=5):
        began = self.begins + timedelta(hours=hours)
        return self.insert(
            "staff_call",
            ref=f"{actor} {hours}",
            user_id=actor,
            began_at=began,
            ended_at=began + timedelta(minutes=minutes),
        )

    def flags(self, rule, *, days=1.0, since=0.0):
        """Let the rules judge so many days, and return actor, figures and events of each flag that the rule raised."""
        from tarkka.supervision.running import run

        since = self.begins - timedelta(hours=1) + timedelta(days=since)
        until = self.begins + timedelta(days=days)
        run(since=since, until=until)
        with building.administrator() as connection:
            rows = connection.execute(
                "SELECT f.actor, f.figures, array(SELECT event_id FROM flag_event e WHERE e.flag_id = f.id ORDER BY 1)"
                " FROM flag f WHERE f.rule = %s AND f.first_at BETWEEN %s AND %s ORDER BY f.id",
                [rule, since - timedelta(days=30), until],
            )
            return rows.fetchall()


@pytest.fixture
def night(database):
    return Night()


def a_member(persons=1):
    """Open an account of somebody with a household of so many, and return its user id and the persons."""
    home = building.a_household(persons)
    return staffing.an_account(identity_code=home.identity_codes[0]), home.persons


def test_own_data_is_flagged_looked_at_or_searched_and_a_namesake_is_not(night):
    clerk, [me] = a_member()
    looked, searched = night.event(clerk, person=me), night.search(clerk, [me])
    night.search(clerk, [me, 99])
    night.event("another", person=me)
    assert night.flags("own") == [(clerk, {"looks": 2}, [looked, searched])]


def test_running_again_flags_nothing_again_and_what_is_new_once(night):
    clerk, [me] = a_member()
    first = night.event(clerk, person=me)
    assert len(night.flags("own")) == len(night.flags("own")) == 1
    second = night.event(clerk, person=me, hours=1)
    assert [events for _, _, events in night.flags("own")] == [[first], [second]]


def test_household_is_flagged_at_the_time_of_living_together_alone(night):
    clerk, [_, mate] = a_member(2)
    event = night.event(clerk, person=mate)
    assert night.flags("household") == [(clerk, {"looks": 1, "people": 1}, [event])]
    with building.administrator() as connection:
        connection.execute(
            "UPDATE membership SET valid = tstzrange(lower(valid), %s) WHERE person_id = %s", [night.begins, mate]
        )
    night.event(clerk, person=mate, hours=2)
    assert len(night.flags("household")) == 1


def test_colleague_and_their_household_are_flagged_and_ones_own_is_not_twice(night):
    clerk, [me, mine] = a_member(2)
    _, [colleague, mate] = a_member(2)
    events = [night.event(clerk, person=each) for each in (colleague, mate, me, mine, 99)]
    assert sorted(night.flags("colleague"), key=lambda found: found[2]) == [
        (clerk, {"looks": 1, "of_household": False}, events[:1]),
        (clerk, {"looks": 1, "of_household": True}, events[1:2]),
    ]


def test_phone_case_without_a_call_is_flagged_with_its_looks_once_calls_are_loaded(night):
    clerk = "on the phone"
    before, within, after, without = (night.case(clerk, 99, hours=h, place="phone") for h in (0.98, 1.05, 1.2, 3.0))
    event = night.event(clerk, person=99, case=without, hours=3.1)
    night.case(clerk, 99, hours=3.2)
    assert night.flags("call") == []
    night.call(clerk, hours=1)
    assert night.flags("call") == []  # nothing is known yet of what came after the newest call
    night.call("another", hours=3.5)
    assert night.flags("call") == night.flags("call") == [(clerk, {"calls": 1}, [event])]
    assert len({before, within, after}) == 3


def test_look_without_a_reason_is_flagged_unless_something_was_done(night):
    admin = "administrator"
    bare = night.event(admin, role=ADMINISTRATOR, person=99)
    night.event(admin, role=ADMINISTRATOR, person=99, case="T-1")
    acted = night.event(admin, role=ADMINISTRATOR, person=99)
    with building.administrator() as connection:
        connection.execute("INSERT INTO staff_act (event_id, person_id, act) VALUES (%s, 99, 'card_closed')", [acted])
    assert night.flags("no_reason") == [(admin, {"looks": 1, "people": 1}, [bare])]


def test_the_same_person_on_three_days_is_flagged_and_on_two_is_not(night):
    events = [night.event("neighbour", person=99, hours=24 * day) for day in (0, 5, 9)]
    night.event("other", person=99)
    night.event("other", person=98, hours=24)
    assert night.flags("again", days=6) == []
    assert night.flags("again", days=10, since=6) == [
        ("neighbour", {"days": 3, "times": 3, "is_search": False}, events)
    ]


def test_the_same_words_five_times_without_a_case_are_flagged_and_with_a_case_are_not(night):
    words = "name: Kuuluisa"
    events = [night.search("fan", [97, 98], hours=hour / 10, terms=words) for hour in range(5)]
    for hour in range(5):
        night.search("clerk", [96, 97], hours=hour / 10, terms=words)
    night.case("clerk", 96, hours=0.3)
    assert night.flags("again") == [("fan", {"days": 1, "times": 5, "is_search": True}, events)]


def weeks(night, *, clerks=6, amount=12, kind="person"):
    """Let some work as ever on the working days of three weeks; return the number of days."""
    with building.administrator() as connection, connection.cursor() as cursor:
        names = "(at, role, actor, purpose, subject_kind, subject_id, terms, level, version)"
        with cursor.copy(f"COPY access_event {names} FROM STDIN") as copy:
            for day, clerk, number in itertools.product(range(21), range(clerks), range(amount)):
                at = night.begins + timedelta(days=day, minutes=10 * number)
                if at.isoweekday() < 6:
                    subject = 1000 * day + number if kind == "person" else None
                    copy.write_row(
                        (at, CLERK, f"clerk {clerk}", CLERK, kind, subject, None if subject else "card: 1", "TOTAL", 1)
                    )
        # As the door tells how many each search found, which verifying the trail asks.
        cursor.execute(
            "INSERT INTO access_cover (event_id, people) SELECT e.id, 0 FROM access_event e"
            " WHERE e.subject_kind = 'lookup' AND e.at BETWEEN %s AND %s"
            " AND NOT EXISTS (SELECT FROM access_cover c WHERE c.event_id = e.id)",
            [night.begins, night.begins + timedelta(days=21)],
        )
    return 21


def workday_after(night, days):
    return next(day for day in range(days, days + 7) if (night.begins + timedelta(days=day)).isoweekday() < 6)


def test_far_more_people_than_usual_are_flagged_and_a_busy_day_of_all_is_not(night):
    day = workday_after(night, weeks(night))
    for clerk, number in itertools.product(range(6), range(30)):
        night.event(f"clerk {clerk}", person=number, hours=24 * day)
    assert night.flags("volume", days=day + 2, since=day) == []
    alone = workday_after(night, day + 2)
    for clerk, number in itertools.product(range(6), range(12)):
        night.event(f"clerk {clerk}", person=number, hours=24 * alone)
    for number in range(100, 140):
        night.event("clerk 3", person=number, hours=24 * alone)
    [(actor, figures, events)] = night.flags("volume", days=alone + 2, since=alone)
    assert (actor, figures["amount"], figures["usual"], len(events)) == ("clerk 3", 52, 12, 52)


def test_far_more_searches_than_usual_are_flagged(night):
    day = workday_after(night, weeks(night, kind="lookup"))
    for _ in range(60):
        night.search("clerk 2", [], hours=24 * day)
    [(actor, figures, _)] = night.flags("searches", days=day + 2, since=day)
    assert (actor, figures["amount"]) == ("clerk 2", 60)


def test_searches_that_lead_to_no_case_are_flagged(night):
    day = workday_after(night, weeks(night, kind="lookup"))
    events = [night.search("clerk 4", [1000 + number], hours=24 * day, terms=f"name: {number}") for number in range(12)]
    for number in range(12):
        night.search("clerk 5", [2000 + number], hours=24 * day)
        night.case("clerk 5", 2000 + number, hours=24 * day + 0.1)
    [(actor, _, found)] = night.flags("no_case", days=day + 2, since=day)
    assert (actor, found) == ("clerk 4", events)


def test_a_look_at_night_is_flagged_and_one_beside_the_usual_hours_is_not(night):
    day = workday_after(night, weeks(night))
    owl = night.event("clerk 1", person=99, hours=24 * day + 9)
    night.event("clerk 2", person=99, hours=24 * day + 2.5)
    [(actor, figures, events)] = night.flags("hours", days=day + 2, since=day)
    assert (actor, figures["looks"], events) == ("clerk 1", 1, [owl])


def test_what_was_explained_becomes_usual_and_what_was_not_never_does(night):
    from tarkka.supervision.actions import FlagVerdict, decide_flag

    officer = staffing.an_account()
    a_mandate(officer, Role.DATA_PROTECTION_OFFICER)
    first = workday_after(night, weeks(night))
    second = workday_after(night, first + 1)
    third = workday_after(night, second + 1)
    for day, actor in itertools.product((first, second, third), ("clerk 1", "clerk 2")):
        night.event(actor, person=99, hours=24 * day + 9)
    assert len(night.flags("hours", days=second + 0.9, since=first)) == 4
    with building.administrator() as connection:
        flags = connection.execute(
            "SELECT id, actor FROM flag WHERE rule = 'hours' AND first_at BETWEEN %s AND %s",
            [night.begins, night.begins + timedelta(days=second + 1)],
        ).fetchall()
    for flag, actor in flags:
        verdict = FlagVerdict.EXPLAINED if actor == "clerk 1" else FlagVerdict.MISUSE
        decide_flag(flag, verdict, words="Asked.", acting=officer)
    # Two of some seventeen days: often enough to be one's own usual, too seldom to be the role's.
    found = [actor for actor, _, _ in night.flags("hours", days=third + 2, since=third)]
    assert found[4:] == ["clerk 2"]


def test_a_run_covers_those_whose_looks_it_judged_and_nobody_else(night):
    from looking import own_look, rows

    [looked_at, other] = building.a_household(2).persons
    night.event("clerk", person=looked_at)

    def looks(person):
        with own_look(person):
            return rows("SELECT count(*) FROM access.shared_looks(NULL, 1000) WHERE purpose = 'supervision'")[0][0]

    before = looks(looked_at), looks(other)
    night.flags("own")
    assert (looks(looked_at), looks(other)) == (before[0] + 1, before[1])


def test_the_next_run_begins_where_the_last_one_ended(database):
    from tarkka.supervision.running import run

    run()
    began = datetime.now(UTC)
    run()
    ended = datetime.now(UTC)
    with building.administrator() as connection:
        (last, before) = connection.execute(
            "SELECT since, until FROM supervision_run ORDER BY id DESC LIMIT 2"
        ).fetchall()
    assert last[0] == before[1]
    assert began <= last[1] <= ended


def test_a_judged_time_has_the_whole_days_that_ended_in_it():
    from zoneinfo import ZoneInfo

    from tarkka.supervision.rules import Judged

    zone = ZoneInfo("Europe/Helsinki")
    at = [datetime(2025, 3, 29, 1, tzinfo=UTC), datetime(2025, 3, 31, 1, tzinfo=UTC)]
    assert Judged(*at, zone).days() == [date(2025, 3, 29), date(2025, 3, 30)]
    assert Judged(at[0], at[0] + timedelta(hours=3), zone).days() == []


def test_calls_are_read_and_a_wrong_line_is_told_without_its_words(tmp_path):
    from tarkka.supervision.calls import WrongCalls, read_calls

    file = tmp_path / "calls.ndjson"
    good = {
        "ref": "a",
        "user_id": "u",
        "began_at": "2025-01-01T10:00:00+02:00",
        "ended_at": "2025-01-01T10:05:00+02:00",
    }
    file.write_text(json.dumps(good) + "\n\n")
    [call] = read_calls(file)
    assert (call.ref, call.ended_at - call.began_at) == ("a", timedelta(minutes=5))
    for change, reason in (
        ({"ref": ""}, "no ref"),
        ({"began_at": "2025-01-01T10:00:00"}, "without an offset"),
        ({"ended_at": "2024-01-01T10:00:00+02:00"}, "ends before it begins"),
        ({"caller": "+358401234567"}, "is not ref"),
    ):
        file.write_text(json.dumps(good) + "\n" + json.dumps(good | change) + "\n")
        with pytest.raises(WrongCalls, match=reason) as told:
            read_calls(file)
        assert "line 2" in str(told.value)
        assert "+358" not in str(told.value)
