"""A run that is killed at any step has done whole steps, and the next one does the rest."""

import os
import signal
import subprocess
import sys

import pytest

from building import a_household, a_receipt, a_source, take
from looking import own_look, rows
from requesting import a_request
from tarkka.vocabulary import RequestKind

STEPS = ("hold", "ANALYZE", "INSERT INTO retention_drop", "DROP TABLE", "COMMIT", "begin_run", "forget_keys")
"""Before which statement the run is killed, the third time that it comes to one."""

KILLED = """
import os, sys
from datetime import date
import django
django.setup()
from django.db import connections
from tarkka.retention import running

step, seen = sys.argv[1], 0

def count():
    global seen
    seen += 1
    if seen == (1 if step in ("begin_run", "forget_keys") else 3):
        os.kill(os.getpid(), 9)

def watch(execute, sql, params, many, context):
    if step in sql:
        count()
    return execute(sql, params, many, context)

connections["owner"].ensure_connection()
if step == "COMMIT":
    commit = connections["owner"]._commit
    connections["owner"]._commit = lambda: (count(), commit())
with connections["owner"].execute_wrapper(watch):
    running.run("tester", today=date(2026, 11, 23))
"""
WHOLE = """
SELECT count(*) FROM retention_drop d WHERE to_regclass(
    CASE d.level WHEN 'TOTAL' THEN 'receipt_' WHEN 'GROUP' THEN 'receipt_group_' ELSE 'receipt_line_' END
    || to_char(d.quarter, 'YYYY"q"Q')) IS NOT NULL
"""


@pytest.mark.parametrize("step", STEPS)
def test_killed_run_is_finished_by_the_next(running, admin, step):
    from datetime import date

    from tarkka.purchases.upkeep import broken_references

    home, source = a_household(1), a_source()
    times = [f"{year}-05-05T12:30:00+03:00" for year in (2015, 2017, 2018, 2020, 2022, 2024)]
    take(source, [a_receipt(card=home.cards[0], purchased_at=at) for at in times])
    a_request(home.persons[0], RequestKind.OBJECTION)
    ended = subprocess.run([sys.executable, "-c", KILLED, step], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    # Whatever is recorded as gone is gone, and of whatever went all that is held is there.
    assert admin.execute(WHOLE).fetchall() == [(0,)]
    with own_look(home.persons[0]):
        lines = "SELECT (SELECT count(*) FROM receipt_line) + (SELECT count(*) FROM held_receipt_line)"
        assert rows(lines) == [(10,)]
    running.run("tester", today=date(2026, 11, 23))
    assert admin.execute(WHOLE).fetchall() == [(0,)]
    assert not running.show(date(2026, 11, 23))
    with own_look(home.persons[0]):
        years = "SELECT extract(year FROM purchased_at)::integer FROM {} ORDER BY 1"
        assert rows(years.format("receipt")) == [(2020,), (2022,), (2024,)]
        assert rows("SELECT count(*) FROM receipt_line") == [(2,)]
        assert rows("SELECT count(*), (SELECT count(*) FROM held_receipt) FROM held_receipt_line") == [(8, 3)]
    assert broken_references() == {}
