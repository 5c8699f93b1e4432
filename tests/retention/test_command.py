"""`tarkka retention` shows what it will do, does it and says so."""

from typer.testing import CliRunner

from building import a_household, a_receipt, a_source, take
from requesting import a_request
from tarkka.vocabulary import RequestKind


def command(*words):
    from tarkka.cli.main import main

    return CliRunner().invoke(main, ["retention", *words])


def test_plan_changes_nothing_and_run_does_what_it_shows(running, admin):
    home = a_household(1)
    take(a_source(), [a_receipt(card=home.cards[0], purchased_at="2018-05-05T12:30:00+03:00")])
    a_request(home.persons[0], RequestKind.OBJECTION)
    shown = command("plan")
    assert shown.exit_code == 0, shown.output
    assert "2018q2" in shown.output
    assert "request: 2" in shown.output
    assert admin.execute("SELECT count(*) FROM retention_run").fetchall() == [(0,)]
    done = command("run", "--acting", "tester")
    assert done.exit_code == 0, done.output
    assert "dropped receipt_line_2018q2, held back 2" in done.output
    assert "keys forgotten of 2018q2: 1" in done.output
    assert admin.execute("SELECT acting FROM retention_run").fetchall() == [("tester",)]
    assert "Nothing to do" in command("run", "--acting", "tester").output
