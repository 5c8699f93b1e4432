"""A run drops what is over and nothing else, tells it, and leaves the register whole."""

from datetime import UTC, date, datetime

import pytest

from building import a_household, a_receipt, a_return, a_source, outlet_of, take, take_three_levels
from looking import own_look, rows
from tarkka.vocabulary import Level

TODAY = date(2026, 11, 23)
OLD = "2016-11-05T12:30:00+02:00"
"""Collected at PRODUCT; on TODAY only its total would be left, and not even that."""
WITHOUT_GROUPS = "2020-05-05T12:30:00+03:00"
WITHOUT_LINES = "2022-05-05T12:30:00+03:00"
RECENT = "2024-03-05T12:30:00+02:00"
TIMES = (OLD, WITHOUT_GROUPS, WITHOUT_LINES, RECENT)


@pytest.fixture
def home(running):
    """A person with a receipt of PRODUCT level in four quarters, of which a run leaves less and less."""
    return a_household(1)


@pytest.fixture
def sender(running):
    return a_source()


def counts(person):
    """How many receipts, group sums and lines the person has in each year."""
    found = {}
    with own_look(person):
        for table in ("receipt", "receipt_group", "receipt_line"):
            query = f"SELECT extract(year FROM purchased_at)::integer, count(*) FROM {table} GROUP BY 1 ORDER BY 1"
            found[table] = dict(rows(query))
    return found


def test_each_level_goes_as_long_as_the_description_says(running, home, sender):
    take(sender, [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES])
    assert counts(home.persons[0])["receipt_line"] == {2016: 2, 2020: 2, 2022: 2, 2024: 2}
    done = running.run("tester", today=TODAY)
    assert counts(home.persons[0]) == {
        "receipt": {2020: 1, 2022: 1, 2024: 1},
        "receipt_group": {2022: 2, 2024: 2},
        "receipt_line": {2024: 2},
    }
    assert done.run_id is not None


def test_what_was_done_is_recorded_and_sealed(running, home, sender, admin):
    take(sender, [a_receipt(card=home.cards[0], purchased_at=OLD)])
    done = running.run("tester", today=TODAY)
    found = admin.execute(
        "SELECT level::text, rows >= 1, bytes > 0, held FROM retention_drop d WHERE quarter = '2016-10-01'"
        " ORDER BY d.level"
    ).fetchall()
    assert found == [("TOTAL", True, True, 0), ("GROUP", True, True, 0), ("PRODUCT", True, True, 0)]
    assert admin.execute("SELECT id, acting FROM retention_run").fetchall() == [(done.run_id, "tester")]
    [(waiting,)] = admin.execute("SELECT count(*) FROM trail_leaf WHERE kind ~ '^retention'").fetchall()
    assert waiting == 0
    admin.execute("SELECT FROM trail.append(1000000, true)")
    [(sealed,)] = admin.execute("SELECT count(*) FROM trail_leaf WHERE kind ~ '^retention'").fetchall()
    [(recorded,)] = admin.execute("SELECT count(*) FROM retention_drop").fetchall()
    assert sealed == recorded + 1
    for statement in ("UPDATE retention_drop SET rows = 0", "DELETE FROM retention_run"):
        with pytest.raises(Exception, match="stays as it was"):
            admin.execute(statement)


def test_rules_of_the_database_are_as_they_were(running, home, sender, admin):
    from tarkka.trail.rules import changed_rules

    take(sender, [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES])
    before = changed_rules(admin)
    running.run("tester", today=TODAY)
    assert changed_rules(admin) == before


def test_second_run_finds_nothing_to_do_and_records_nothing(running, home, sender, admin):
    take(sender, [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES])
    running.run("tester", today=TODAY)
    before = admin.execute("SELECT (SELECT count(*) FROM retention_run), (SELECT count(*) FROM retention_drop)")
    told = before.fetchall()
    assert not running.show(TODAY)
    assert running.run("tester", today=TODAY).run_id is None
    again = admin.execute("SELECT (SELECT count(*) FROM retention_run), (SELECT count(*) FROM retention_drop)")
    assert again.fetchall() == told


def test_plan_shows_what_the_run_then_does(running, home, sender):
    take(sender, [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES])
    shown = running.show(TODAY)
    assert counts(home.persons[0])["receipt"][2016] == 1
    done = running.run("tester", today=TODAY)
    assert [step.partition for step in done.steps if step.partition] == list(shown.plan.drops)


def test_keys_go_with_the_totals_and_nothing_points_at_nothing(running, home, sender, admin):
    from tarkka.purchases.upkeep import broken_references

    receipts = [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES]
    take(sender, receipts)
    before = broken_references()
    running.run("tester", today=TODAY)
    assert broken_references() == before == {}
    kept = admin.execute("SELECT receipt_id FROM receipt_key WHERE source_id = %s", [sender.id]).fetchall()
    assert {key for (key,) in kept} == {receipt["receipt_id"] for receipt in receipts[1:]}


def test_what_went_does_not_come_back_with_a_receipt_that_comes_late(running, home, sender):
    receipts = [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES]
    take(sender, receipts)
    running.run("tester", today=TODAY)
    again = take(sender, receipts)
    assert [verdict.status for verdict in again] == ["rejected", "duplicate", "duplicate", "duplicate"]
    assert (again[0].rejection.reason, again[0].rejection.place) == ("no_longer_kept", "purchased_at")
    before = counts(home.persons[0])
    late = [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES[1:]]
    assert [verdict.level for verdict in take(sender, late)] == [Level.TOTAL, Level.GROUP, Level.PRODUCT]
    after = counts(home.persons[0])
    assert after["receipt_line"] == {2024: before["receipt_line"][2024] + 2}
    assert after["receipt_group"] == {year: sums + 2 for year, sums in before["receipt_group"].items()}
    assert [verdict.status for verdict in take(sender, late)] == ["duplicate"] * 3
    assert not running.show(TODAY)


@pytest.mark.parametrize(("at", "level"), [(WITHOUT_GROUPS, Level.TOTAL), (WITHOUT_LINES, Level.GROUP)])
def test_return_of_a_sale_is_accepted_at_the_level_that_is_left(running, home, sender, at, level, admin):
    sales = [a_receipt(card=home.cards[0], purchased_at=at) for _ in range(2)]
    take(sender, sales)
    running.run("tester", today=TODAY)
    whole, part = (a_return(sale, purchased_at="2024-05-05T12:30:00+03:00") for sale in sales)
    part |= dict.fromkeys(("total", "bonus_eligible"), "-2.00") | {"card_benefit": "0", "payments": []}
    part["lines"] = [part["lines"][0] | {"quantity": "-1", "amount": "-2.00"}]
    assert [verdict.level for verdict in take(sender, [whole, part])] == [level] * 2
    found = admin.execute(
        "SELECT r.total_cents, r.level::text,"
        " (SELECT sum(g.amount_cents)::bigint FROM receipt_group g WHERE g.receipt_id = r.id),"
        " (SELECT count(*) FROM receipt_line l WHERE l.receipt_id = r.id)"
        " FROM receipt r WHERE r.source_id = %s AND r.kind = 'return' ORDER BY 1",
        [sender.id],
    ).fetchall()
    sums = [-1000, -200] if level is Level.GROUP else [None, None]
    assert found == [(total, level.name, groups, 0) for total, groups in zip([-1000, -200], sums, strict=True)]
    [again, *_] = take(sender, [whole])
    assert again.status == "duplicate"


def test_return_that_was_taken_before_is_known_after_the_run(running, home, sender):
    sale = a_receipt(card=home.cards[0], purchased_at=WITHOUT_LINES)
    back = a_return(sale, purchased_at="2024-05-05T12:30:00+03:00")
    take(sender, [sale, back])
    running.run("tester", today=TODAY)
    [again] = take(sender, [back])
    assert again.status == "duplicate"
    [more] = take(sender, [a_return(sale, purchased_at="2024-05-06T12:30:00+03:00")])
    assert more.rejection.reason == "exceeds_sale"


def test_quarters_that_are_kept_keep_everything(running, home, sender):
    take_three_levels(sender, home.cards[0])
    take(sender, [a_receipt(card=home.cards[0], purchased_at=RECENT, outlet=outlet_of("sokos"))])
    before = counts(home.persons[0])
    running.run("tester", today=date(2017, 1, 1))
    assert counts(home.persons[0]) == before


def test_bonus_eligible_sums_of_what_is_kept_are_the_same_before_and_after(running, home, sender):
    take(sender, [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES[1:] for _ in range(3)])
    query = "SELECT count(*), sum(bonus_eligible_cents) FROM receipt WHERE purchased_at >= %s"
    since = datetime(2020, 1, 1, tzinfo=UTC)
    with own_look(home.persons[0]):
        before = rows(query, since)
    running.run("tester", today=TODAY)
    with own_look(home.persons[0]):
        assert rows(query, since) == before


def test_two_runs_at_once_are_one(running):
    import os

    import psycopg

    with psycopg.connect(os.environ["TARKKA_OWNER_URL"]) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('tarkka.retention', 0))")
        with pytest.raises(running.AlreadyRunning):
            running.run("tester", today=TODAY)


def test_a_table_in_use_is_tried_again_and_the_rest_is_done(running, home, sender, admin, monkeypatch):
    import os

    import psycopg

    take(sender, [a_receipt(card=home.cards[0], purchased_at=at) for at in TIMES])
    monkeypatch.setattr(running, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(running, "PAUSE", 0.01)
    monkeypatch.setattr(running, "ATTEMPTS", 3)
    with psycopg.connect(os.environ["TARKKA_OWNER_URL"]) as reader:
        reader.execute("SELECT count(*) FROM receipt_line")
        with pytest.raises(running.InUse, match="2016q4"):
            running.run("tester", today=TODAY)
    found = admin.execute("SELECT DISTINCT level::text FROM retention_drop WHERE quarter = '2016-10-01'").fetchall()
    assert found == []
    running.run("tester", today=TODAY)
    assert counts(home.persons[0])["receipt_line"] == {2024: 2}
