"""A quarter of normal work of forty, with misuse planted in it: what the rules of supervision are measured by.

Everything is drawn from one seed. Normal is meant as it is, with what looks like misuse and is none: follow-up calls,
regulars at a desk, colleagues who are customers too, wrong searches, a campaign week, new staff, part-timers, people
who are ill or away, a Sunday that a recall made a working day, calls that the telephone system lost.
Customers are numbers: the rules look at whose and when, never at what was bought.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import building
from tarkka.vocabulary import Language

ZONE = ZoneInfo("Europe/Helsinki")
FIRST = date(2025, 1, 6)
WEEKS = 13
CAMPAIGN_WEEK = 8
CUSTOMERS = range(10_000_000, 10_400_000)
"""As many customers as make a call from one of them rare, as it is."""
CASE = ("person_id", "opened_by", "situation", "break_glass", "place", "identified_by", "opened_at", "closes_at")
SETTLED = 3
"""Misuse that only a past tells is planted from this week on: the rules say that they need two."""


@dataclass
class Member:
    """One of the staff, and how they work: customers a day, weeks off, which persons are theirs."""

    user_id: str
    role: str
    place: str
    pace: float
    begins: int
    self_id: int
    household: list[int]
    weeks_off: set[int]


@dataclass
class Planted:
    """One instance of misuse: its kind, the rule that is meant to find it, whose, and its events and cases."""

    kind: str
    rule: str
    actor: str
    events: set[int] = field(default_factory=set)
    cases: set[int] = field(default_factory=set)


class Quarter:
    """The rows of a quarter, made in memory and then copied into the register."""

    def __init__(self, seed: int) -> None:
        """Draw the quarter."""
        self.random = random.Random(seed)
        self.events: list[tuple[object, ...]] = []
        self.people: list[tuple[int, int]] = []
        self.cases: list[tuple[object, ...]] = []
        self.calls: list[tuple[object, ...]] = []
        self.acts: list[tuple[int, int]] = []
        self.planted: list[Planted] = []
        self.at_work: dict[tuple[str, date], tuple[datetime, datetime]] = {}
        with building.administrator() as connection:
            [(self.event, self.case)] = connection.execute(
                "SELECT nextval('access_event_id_seq') + 1000000, nextval('service_case_id_seq') + 1000000"
            ).fetchall()
        self.staff = self._hire()
        self._follow_ups: dict[date, list[tuple[int, str]]] = defaultdict(list)
        self._work()
        self._misuse()

    def _hire(self) -> list[Member]:
        from tarkka.staff.actions import open_account

        found = []
        for number in range(40):
            home = building.a_household(self.random.choice((1, 2, 2, 3, 4)))
            role, place = "customer_service", "phone" if number < 24 else f"desk {number % 2}"
            if number >= 35:
                role, place = "register_administrator", "office"
            user_id = f"sim-{number:02}-{home.persons[0]}"
            open_account(
                user_id, f"Sim {number}", "s@example.org", Language.EN, identity_code=home.identity_codes[0], acting="t"
            )
            pace = self.random.lognormvariate(2.75, 0.2) * (0.5 if number % 11 == 3 else 1)
            found.append(
                Member(
                    user_id, role, place, 5 if place == "office" else pace, {7: 4, 15: 6, 29: 5}.get(number, 0),
                    home.persons[0], list(home.persons[1:]), {self.random.randrange(WEEKS)},
                )
            )  # fmt: skip
        return found

    def _work(self) -> None:
        near = [person for each in self.staff for person in (each.self_id, *each.household)]
        # As often as other customers, colleagues and their households call.
        self.own_people = dict.fromkeys(near)
        for day in (FIRST + timedelta(days=each) for each in range(7 * WEEKS)):
            week, weekday = (day - FIRST).days // 7, day.isoweekday()
            for member in self.staff:
                if self._is_at_work(member, day, week, weekday):
                    self._day(member, day, week)

    def _is_at_work(self, member: Member, day: date, week: int, weekday: int) -> bool:
        if week < member.begins or week in member.weeks_off or self.random.random() < 0.03:
            return False
        if weekday == 7:
            return week == 6 and member.user_id[4:6] in ("02", "05", "09")  # the Sunday of a recall
        if weekday == 6:
            return member.place.startswith("desk") and (week + int(member.user_id[4:6])) % 2 == 0
        return True

    def _day(self, member: Member, day: date, week: int) -> None:
        shift = {"phone": (8, 10, 12), "office": (9, 9, 9)}.get(member.place, (9, 10, 12))
        starts = shift[(week + int(member.user_id[4:6])) % 3] + self.random.choice((0, 0, 0, -0.2, 0.3))
        ends = starts + 8 + self.random.choice((0, 0, 0, 0, 0.4, 0.7))
        begin = datetime.combine(day, time(), ZONE) + timedelta(hours=starts)
        end = datetime.combine(day, time(), ZONE) + timedelta(hours=ends)
        self.at_work[member.user_id, day] = begin, end
        busy = {1: 1.25, 6: 0.8}.get(day.isoweekday(), 1.0) * (1.7 if week == CAMPAIGN_WEEK else 1.0)
        mean = member.pace * busy * self.random.gammavariate(30, 1 / 30)
        count = sum(self.random.random() < mean / 200 for _ in range(200))
        for at in sorted(begin + (end - begin) * self.random.random() for _ in range(count)):
            if member.place == "office":
                self._office(member, at)
            else:
                self._serve(member, at)

    def _office(self, member: Member, at: datetime) -> None:
        """Upkeep: mostly with a reference, or with an act; seldom with neither."""
        chance = self.random.random()
        person = self._customer()
        reference = f"T-{self.random.randrange(10**6)}" if chance < 0.85 else None
        event = self._event(member, at, "register_upkeep", "person", person, reference)
        if 0.85 <= chance < 0.995:
            self.acts.append((event, person))

    def _serve(self, member: Member, at: datetime) -> None:
        """One customer: some searches, a case, some looks; on the phone a call around it."""
        waiting = self._follow_ups.get(at.date(), [])
        person, place = self._customer(), member.place
        if waiting and self.random.random() < 0.5:
            person, place = waiting.pop()
            if place != member.place:
                waiting.append((person, place))
                person = self._customer()
        if self.random.random() < 0.12:
            later = at.date() + timedelta(days=self.random.randint(1, 10))
            self._follow_ups[later].append((person, member.place))
        began = at
        for _ in range(self.random.choices((0, 1, 2), (70, 22, 8))[0]):  # mistyped, or a namesake
            self._search(member, at, [self._customer() for _ in range(self.random.randrange(4))])
            at += timedelta(seconds=self.random.randint(15, 60))
        self._search(member, at, [person, *(self._customer() for _ in range(self.random.choice((0, 0, 0, 1, 4))))])
        at += timedelta(seconds=self.random.randint(20, 90))
        if self.random.random() > 0.04:  # or they hung up, or it was no matter of the register
            at = self._case(member, at, person, "phone" if member.place == "phone" else "desk")[0]
        if member.place == "phone" and self.random.random() > 0.0002:  # which the telephone system lost
            self._call(member, began - timedelta(seconds=self.random.randint(5, 120)), at)

    def _customer(self) -> int:
        """A customer at random: some call often, and colleagues as often as others."""
        chance = self.random.random()
        if chance < len(self.own_people) / len(CUSTOMERS):
            return self.random.choice(list(self.own_people))
        if chance < 0.04:
            return CUSTOMERS[self.random.randrange(2_000)]
        return CUSTOMERS[self.random.randrange(len(CUSTOMERS))]

    def _event(
        self,
        member: Member,
        at: datetime,
        purpose: str,
        kind: str,
        person: int | None,
        case: object = None,
        terms: object = None,
    ) -> int:
        self.event += 1
        reference = None if case is None else str(case)
        self.events.append(
            (self.event, at, member.role, member.user_id, purpose, kind, person, reference, terms, "TOTAL", 1)
        )
        return self.event

    def _search(self, member: Member, at: datetime, people: list[int], terms: str | None = None) -> int:
        event = self._event(
            member, at, "customer_service", "lookup", None, None, terms or f"card: {self.random.randrange(10**12)}"
        )
        self.people += [(person, event) for person in set(people)]
        return event

    def _case(
        self, member: Member, at: datetime, person: int, place: str, looks: int | None = None
    ) -> tuple[datetime, int, list[int]]:
        self.case += 1
        case, opened = self.case, at
        events = []
        for _ in range(looks or self.random.choice((1, 2, 2, 3, 4))):
            at += timedelta(seconds=self.random.randint(10, 120))
            events.append(self._event(member, at, "customer_service", "person", person, case))
        self.cases.append(
            (
                case,
                person,
                member.user_id,
                "purchases_question",
                False,
                place,
                "questions",
                opened,
                opened + timedelta(minutes=30),
            )
        )
        return at, case, events

    def _call(self, member: Member, began: datetime, ended: datetime) -> None:
        self.calls.append((f"sim-{len(self.calls)}", member.user_id, began, ended))

    # What is planted.

    def _misuse(self) -> None:
        makers = {
            self._own: 5, self._household: 4, self._colleague: 6, self._neighbour: 5, self._night: 5, self._mass: 5,
            self._celebrity: 5, self._browsing: 5, self._no_call: 6, self._no_reason: 4,
        }  # fmt: skip
        for maker, count in makers.items():
            for _ in range(count):
                maker()

    def _somebody(self, place: str = "", *, least_week: int = 0, has_family: bool = False) -> tuple[Member, date]:
        """Somebody at work on some day, by role or place; new staff as anybody."""
        while True:
            user_id, day = self.random.choice(list(self.at_work))
            member = next(each for each in self.staff if each.user_id == user_id)
            fits = member.place.startswith(place) if place else member.role == "customer_service"
            week = (day - FIRST).days // 7
            if fits and week >= max(least_week, member.begins) and (member.household or not has_family):
                return member, day

    def _sometime(self, member: Member, day: date) -> datetime:
        begin, end = self.at_work[member.user_id, day]
        return begin + (end - begin) * self.random.uniform(0.05, 0.95)

    def _snoop(self, plant: Planted, member: Member, day: date, person: int) -> None:
        """Look at somebody under the pretence of serving them; on the phone, while another call goes on."""
        at = self._sometime(member, day)
        plant.events.add(self._search(member, at, [person]))
        self._pretend(plant, member, at + timedelta(seconds=30), person)

    def _pretend(self, plant: Planted, member: Member, at: datetime, person: int, looks: int = 2) -> None:
        place = "phone" if member.place == "phone" else "desk"
        ended, case, events = self._case(member, at, person, place, looks)
        if place == "phone":
            self._call(member, at - timedelta(minutes=1), ended)
        plant.events.update(events)
        plant.cases.add(case)

    def _plant(self, kind: str, rule: str, member: Member) -> Planted:
        self.planted.append(Planted(kind, rule, member.user_id))
        return self.planted[-1]

    def _own(self) -> None:
        member, day = self._somebody()
        self._snoop(self._plant("own data", "own", member), member, day, member.self_id)

    def _household(self) -> None:
        member, day = self._somebody(has_family=True)
        self._snoop(
            self._plant("own household", "household", member), member, day, self.random.choice(member.household)
        )

    def _colleague(self) -> None:
        member, day = self._somebody()
        other = self.random.choice([each for each in self.staff if each is not member])
        self._snoop(
            self._plant("colleague", "colleague", member),
            member,
            day,
            self.random.choice([other.self_id, *other.household]),
        )

    def _neighbour(self) -> None:
        member, _ = self._somebody(least_week=0)
        days = sorted(day for user_id, day in self.at_work if user_id == member.user_id)
        first = self.random.randrange(max(1, len(days) - 15))
        plant, person = self._plant("neighbour, again and again", "again", member), self._customer()
        for day in sorted(self.random.sample(days[first : first + 15], 4)):
            self._snoop(plant, member, day, person)

    def _night(self) -> None:
        member, day = self._somebody(least_week=SETTLED)
        plant = self._plant("night owl", "hours", member)
        at = datetime.combine(day, time(), ZONE) + timedelta(hours=self.random.choice((22.5, 23.2, 25, 26.5, 28)))
        for _ in range(self.random.randint(2, 5)):
            person = self._customer()
            plant.events.add(self._search(member, at, [person]))
            self._pretend(plant, member, at + timedelta(seconds=40), person)
            at += timedelta(minutes=6)

    def _mass(self) -> None:
        member, day = self._somebody(least_week=SETTLED)
        plant = self._plant("mass reading", "volume", member)
        for _ in range(int(member.pace * self.random.uniform(2, 3.5)) + 12):
            at = self._sometime(member, day)
            person = self._customer()
            plant.events.add(self._search(member, at, [person]))
            self._pretend(plant, member, at + timedelta(seconds=30), person, looks=1)

    def _celebrity(self) -> None:
        member, day = self._somebody()
        plant, person = self._plant("celebrity searched", "again", member), self._customer()
        for _ in range(self.random.randint(5, 8)):
            plant.events.add(self._search(member, self._sometime(member, day), [person], "name: Kuuluisa Kaisa"))

    def _browsing(self) -> None:
        member, day = self._somebody(least_week=SETTLED)
        plant = self._plant("browsing without a case", "no_case", member)
        for _ in range(self.random.randint(12, 25)):
            plant.events.add(
                self._search(member, self._sometime(member, day), [self._customer()], f"name: {self.random.random()}")
            )

    def _no_call(self) -> None:
        member, day = self._somebody("phone")
        plant = self._plant("phone case without a call", "call", member)
        own = [(began, ended) for _, user_id, began, ended in self.calls if user_id == member.user_id]
        while True:
            at = self._sometime(member, day)
            if not any(began - timedelta(minutes=3) <= at <= ended + timedelta(minutes=16) for began, ended in own):
                break
        _, case, events = self._case(member, at, self._customer(), "phone")
        plant.events.update(events)
        plant.cases.add(case)

    def _no_reason(self) -> None:
        member, day = self._somebody("office")
        plant = self._plant("look without a reason", "no_reason", member)
        for _ in range(self.random.randint(1, 3)):
            plant.events.add(
                self._event(member, self._sometime(member, day), "register_upkeep", "person", self._customer())
            )

    def copy(self) -> None:
        """Copy the rows into the register, as its superuser."""
        tables = {
            "access_event (id, at, role, actor, purpose, subject_kind, subject_id, case_ref, terms, level, version)": (
                self.events
            ),
            "access_event_person (person_id, event_id)": self.people,
            f"service_case (id, {', '.join(CASE)})": self.cases,
            "staff_call (ref, user_id, began_at, ended_at)": self.calls,
            "staff_act (event_id, person_id, act)": [(*each, "contact_changed") for each in self.acts],
        }
        with building.administrator() as connection:
            for table, rows in tables.items():
                with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            connection.execute("ANALYZE access_event, access_event_person, service_case, staff_call, staff_act")

    def remove(self) -> None:
        """Take it all away again, so that other tests do not wade through it."""
        with building.administrator() as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in (
                "DELETE FROM flag_decision d USING flag f WHERE f.id = d.flag_id AND f.actor LIKE 'sim-%'",
                "DELETE FROM flag_event e USING flag f WHERE f.id = e.flag_id AND f.actor LIKE 'sim-%'",
                "DELETE FROM flag WHERE actor LIKE 'sim-%'",
                "DELETE FROM supervision_run WHERE until < '2026-01-01'",
                "DELETE FROM staff_call WHERE user_id LIKE 'sim-%'",
                "DELETE FROM access_event_person p USING access_event e WHERE e.id = event_id AND e.actor LIKE 'sim-%'",
                "DELETE FROM staff_act a USING access_event e WHERE e.id = a.event_id AND e.actor LIKE 'sim-%'",
                "DELETE FROM access_event WHERE actor LIKE 'sim-%'",
                "DELETE FROM service_case WHERE opened_by LIKE 'sim-%'",
                "UPDATE staff_account SET identity_hash = NULL WHERE user_id LIKE 'sim-%'",
            ):
                connection.execute(statement)


@contextmanager
def simulated(seed: int) -> Iterator[Quarter]:
    """Yield the quarter of a seed, copied into the register for as long."""
    quarter = Quarter(seed)
    try:
        quarter.copy()
        yield quarter
    finally:
        quarter.remove()


@dataclass(frozen=True)
class Measured:
    """What the rules found: of each kind how many of how many; and every false alarm's rule and week."""

    found: dict[str, int]
    by_its_rule: dict[str, int]
    planted: dict[str, int]
    missed: list[Planted]
    false: list[tuple[str, int]]
    flags: int


def supervise(quarter: Quarter, *, days: int) -> Measured:
    """Let the rules judge every so many nights what the days before brought, and count what they found."""
    from tarkka.supervision.running import run

    for number in range(0, 7 * WEEKS, days):
        day = FIRST + timedelta(days=number)
        since, until = (datetime.combine(day + timedelta(days=each), time(3), ZONE) for each in (0, days))
        run(since=since.astimezone(UTC), until=until.astimezone(UTC))
    with building.administrator() as connection:
        flags = connection.execute(
            """
            SELECT f.id, f.rule, f.actor, f.case_id, f.first_at,
                   array_agg(e.event_id) FILTER (WHERE e.event_id IS NOT NULL)
            FROM flag f LEFT JOIN flag_event e ON e.flag_id = f.id WHERE f.actor LIKE 'sim-%' GROUP BY 1 ORDER BY 1
            """
        ).fetchall()
    return measured(quarter, flags)


def measured(quarter: Quarter, flags: list[tuple[object, ...]]) -> Measured:
    """Count which planted instances the flags hit, and which flags hit none."""
    planted, found, by_its_rule = (defaultdict(int) for _ in range(3))
    missed, true = [], set()
    for plant in quarter.planted:
        planted[plant.kind] += 1
        hits = [
            (number, rule)
            for number, rule, actor, case, _, events in flags
            if actor == plant.actor and (case in plant.cases or plant.events & set(events or ()))
        ]
        true |= {number for number, _ in hits}
        found[plant.kind] += bool(hits)
        by_its_rule[plant.kind] += any(rule == plant.rule for _, rule in hits)
        if not hits:
            missed.append(plant)
    false = [(rule, (at.date() - FIRST).days // 7) for number, rule, _, _, at, _ in flags if number not in true]
    return Measured(dict(found), dict(by_its_rule), dict(planted), missed, false, len(flags))
