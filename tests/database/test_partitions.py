"""Purchases lie in partitions of a quarter each, made by themselves and ahead, under the policies from the start."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from building import a_household, a_receipt, a_source, take
from looking import login, rows

PARENTS = ("receipt", "receipt_group", "receipt_line")
BOUNDS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE i.inhparent = ANY (%s::text[]::regclass[]) AND c.relkind = 'r'
"""


def partitions(parent: str = "receipt") -> dict[str, str]:
    """The partitions of a table with the bounds of each, as UTC."""
    return dict(rows(BOUNDS, [parent]))


def make(connection: psycopg.Connection[Any], first: str, last: str) -> None:
    connection.execute("SELECT purchases.make_partitions(%s, %s)", [first, last])


@pytest.mark.parametrize(
    ("first", "last", "quarters"),
    [
        ("2001-01-01", "2001-01-01", ["2001q1"]),
        ("2001-06-30", "2001-07-01", ["2001q2", "2001q3"]),
        ("2001-12-31", "2002-06-30", ["2001q4", "2002q1", "2002q2"]),
    ],
)
def test_every_quarter_of_the_days_has_a_partition_in_all_three_tables(
    database: str, first: str, last: str, quarters: list[str]
) -> None:
    with login() as connection:
        make(connection, first, last)
    for parent in PARENTS:
        assert {f"{parent}_{quarter}" for quarter in quarters} <= partitions(parent).keys()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Helsinki", "Pacific/Kiritimati"])
@pytest.mark.parametrize("style", ["ISO, MDY", "SQL, DMY", "German"])
def test_bounds_are_utc_whatever_the_session_thinks(admin: Any, zone: str, style: str) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("SELECT set_config('timezone', %s, true), set_config('datestyle', %s, true)", [zone, style])
        make(admin, "2003-05-01", "2003-05-01")
        admin.execute("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'")
        bounds = dict(admin.execute(BOUNDS, [["receipt"]]).fetchall())["receipt_2003q2"]
    assert bounds == "FOR VALUES FROM ('2003-04-01 00:00:00+00') TO ('2003-07-01 00:00:00+00')"


def test_quarters_are_whole_and_none_is_the_default(database: str) -> None:
    for parent in PARENTS:
        for name, bounds in partitions(parent).items():
            year, quarter = int(name[-6:-2]), int(name[-1])
            start = datetime(year, quarter * 3 - 2, 1, tzinfo=UTC)
            end = datetime(year + quarter // 4, quarter % 4 * 3 + 1, 1, tzinfo=UTC)
            assert bounds == f"FOR VALUES FROM ('{start:%Y-%m-%d} 00:00:00+00') TO ('{end:%Y-%m-%d} 00:00:00+00')"


def test_partitions_are_made_ahead(database: str) -> None:
    from tarkka.purchases.upkeep import make_partitions_ahead

    make_partitions_ahead()
    for day in (datetime.now(UTC).date() + timedelta(days=ahead) for ahead in (0, 100, 200)):
        assert f"receipt_line_{day.year}q{(day.month + 2) // 3}" in partitions("receipt_line")


def test_partition_that_is_there_is_left_alone(database: str) -> None:
    made = "SELECT oid FROM pg_class WHERE relname ~ '^receipt.*_2001q' ORDER BY 1"
    with login() as connection:
        make(connection, "2001-01-01", "2001-12-31")
        before = rows(made)
        make(connection, "2001-01-01", "2001-12-31")
    assert rows(made) == before


def test_partitions_may_be_made_by_many_at_once(database: str) -> None:
    def make_years(_: int) -> None:
        with login() as connection:
            make(connection, "2005-01-01", "2006-12-31")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(make_years, range(6)))
    for parent in PARENTS:
        assert len([name for name in partitions(parent) if "_2005q" in name or "_2006q" in name]) == 8


@pytest.mark.parametrize(("first", "last"), [("1999-12-31", "2000-01-01"), ("2024-01-01", "2200-01-01")])
def test_days_that_no_purchase_has_are_refused(database: str, first: str, last: str) -> None:
    with login() as connection, pytest.raises(psycopg.errors.RaiseException, match="partitions are made from"):
        make(connection, first, last)


def test_new_partition_is_under_the_policies_and_granted_to_nobody(admin: Any) -> None:
    with admin.transaction(force_rollback=True):
        make(admin, "2007-01-01", "2007-01-01")
        found = admin.execute(
            "SELECT relrowsecurity, relforcerowsecurity, relacl, relowner::regrole::text FROM pg_class"
            " WHERE relname IN ('receipt_2007q1', 'receipt_group_2007q1', 'receipt_line_2007q1')"
        ).fetchall()
    assert found == [(True, True, None, "tarkka_owner")] * 3


@pytest.mark.parametrize("role", ["app", "person", "household", "trace", "audience", "intake"])
@pytest.mark.parametrize("parent", PARENTS)
def test_partition_cannot_be_asked_by_itself(database: str, parent: str, role: str) -> None:
    with login() as connection:
        make(connection, "2024-01-01", "2024-01-01")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(f"SET LOCAL ROLE tarkka_{role}")
            connection.execute(f"SELECT FROM {parent}_2024q1")


@pytest.mark.parametrize(
    ("purchased_at", "quarter"),
    [
        ("2019-04-01T02:59:59+03:00", "2019q1"),
        ("2019-04-01T03:00:00+03:00", "2019q2"),
        ("2018-12-31T23:59:59Z", "2018q4"),
    ],
)
def test_receipt_goes_to_the_quarter_of_its_moment(admin: Any, purchased_at: str, quarter: str) -> None:
    home = a_household(1)
    (verdict,) = take(a_source(), [a_receipt(card=home.cards[0], purchased_at=purchased_at)])
    assert verdict.status == "accepted"
    for parent in PARENTS:
        found = admin.execute(
            f"SELECT DISTINCT tableoid::regclass::text FROM {parent} WHERE purchaser_id = %s", home.persons
        )
        assert found.fetchall() == [(f"{parent}_{quarter}",)]


def test_intake_makes_the_partitions_that_it_needs(admin: Any) -> None:
    # A quarter in which no other test has bought anything.
    bought = {name for (name,) in admin.execute("SELECT DISTINCT right(tableoid::regclass::text, 6) FROM receipt")}
    quarters = [f"{year}q{quarter}" for year in range(2015, 2026) for quarter in range(1, 5)]
    quarter = next(quarter for quarter in quarters if quarter not in bought)
    admin.execute(f"DROP TABLE IF EXISTS receipt_{quarter}, receipt_group_{quarter}, receipt_line_{quarter}")
    first = f"{quarter[:4]}-{int(quarter[5]) * 3 - 2:02d}-01"
    home = a_household(1)
    (verdict,) = take(a_source(), [a_receipt(card=home.cards[0], purchased_at=f"{first}T12:00:00+03:00")])
    assert verdict.status == "accepted"
    for parent in PARENTS:
        assert first in partitions(parent)[f"{parent}_{quarter}"]
