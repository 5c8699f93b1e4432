"""Paying out: who is paid what, once whatever happens, and what the bank is told."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from building import Household, administrator
from paying import IBAN, MONTHS, NS, OTHER, PAYER, a_buyer, balances, buy, close, give, paid, pay
from tarkka.database.outbox import outbox


def test_who_is_owed_something_and_gave_an_account_is_paid(month):
    home, without = a_buyer(month), a_buyer(month, "100.00", iban=None)
    close(month)
    assert balances(home, without) == [375, 100]
    made = pay(month)
    assert (made.payouts, made.paid_cents, made.without_account) == (1, 375, 1)
    assert balances(home, without) == [0, 100]
    assert paid(made.files, "Nm", "IBAN", "InstdAmt", "EndToEndId") == [
        ("Given0 Family", IBAN, "3.75", f"BONUS-{month:%Y-%m}-{home.id}")
    ]
    [file] = made.files
    assert file.name == f"bonus-{month:%Y-%m}-1.xml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.glob(".bonus*")) == []


def test_paying_out_again_pays_nobody_and_writes_the_same_file(month):
    home = a_buyer(month)
    close(month)
    [file] = pay(month).files
    content = file.read_bytes()
    file.unlink()
    give(home.persons[0], OTHER)
    late = a_buyer(month)
    close(month)
    assert balances(home, late) == [0, 375]
    again = pay(month, from_iban=IBAN)
    assert (again.payouts, again.paid_cents) == (1, 375)
    assert again.files[0].read_bytes() == content
    assert balances(home, late) == [0, 375]


def test_what_is_carried_on_is_paid_with_a_later_month(month):
    home = a_buyer(month, "100.00", iban=None)
    close(month)
    assert pay(month).files == ()
    give(home.persons[0], OTHER)
    following = next(MONTHS)
    buy(home, following, "250.00")
    close(following)
    made = pay(following)
    assert paid(made.files, "IBAN", "InstdAmt") == [(OTHER, "4.75")]
    assert balances(home) == [0]


def take_away(home: Household, month: date, cents: int) -> None:
    """Post an adjustment that takes away."""
    with administrator() as connection:
        connection.execute(
            "INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version, run_id)"
            " SELECT %s, %s, 'adjustment', 'household', 'bonus_cost', %s, 1, max(id) FROM bonus_run",
            [home.id, month, cents],
        )


def test_what_was_paid_or_taken_away_is_not_paid(month):
    home = a_buyer(month)
    close(month)
    assert pay(month).paid_cents == 375
    following = next(MONTHS)
    buy(home, following, "100.00")
    close(following)
    take_away(home, month, 30)
    assert pay(following).paid_cents == 70
    assert balances(home) == [0]


def test_a_balance_below_zero_is_carried_on(month):
    home = a_buyer(month, "100.00")
    close(month)
    take_away(home, month, 150)
    made = pay(month)
    assert (made.payouts, made.without_account, balances(home)) == (0, 0, [-50])


def test_payee_whose_name_no_bank_takes_waits_and_stops_nobody(month):
    from typer.testing import CliRunner

    from tarkka.cli.main import main

    home, odd = a_buyer(month), a_buyer(month)
    close(month)
    with administrator() as connection:
        connection.execute("UPDATE person SET given_name = '王', family_name = '小' WHERE id = %s", [odd.persons[0]])
    answer = CliRunner().invoke(
        main, ["bonus", "payout", "--month", f"{month:%Y-%m}", "--from", PAYER, "--acting", "E-1"]
    )
    assert answer.exit_code == 0, answer.stderr
    assert f"Household {odd.id} waits" in answer.stderr
    assert "wait for an account" not in answer.stdout
    assert balances(home, odd) == [0, 375]
    with administrator() as connection:
        assert connection.execute("SELECT acting FROM payout_run").fetchall() == [("E-1",)]


def spoil(table: str, *homes: Household) -> None:
    """Let accounts be encrypted with another key than the program has."""
    with administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        digest = (
            ", iban_digest = sha256(overlay(iban_sealed PLACING '\\x00000000' FROM 20))" if table == "payout" else ""
        )
        connection.execute(
            f"UPDATE {table} SET iban_sealed = overlay(iban_sealed PLACING '\\x00000000' FROM 20){digest}"
            " WHERE person_id = ANY (%s)",
            [[home.persons[0] for home in homes]],
        )


def test_payee_whose_account_cannot_be_decrypted_waits_and_stops_nobody(month):
    from typer.testing import CliRunner

    from tarkka.cli.main import main

    home, broken, without = a_buyer(month), a_buyer(month), a_buyer(month, iban=None)
    close(month)
    spoil("payout_account", broken)
    answer = CliRunner().invoke(main, ["bonus", "payout", "--month", f"{month:%Y-%m}", "--from", PAYER])
    assert answer.exit_code == 0, answer.stderr
    assert f"Household {broken.id} waits: its payee's account cannot be decrypted" in answer.stderr
    assert "1 households wait for an account." in answer.stdout
    assert balances(home, broken, without) == [0, 375, 375]
    assert [len(pay(month).files), pay(month).unreadable] == [1, (broken.id,)]
    give(broken.persons[0], OTHER)
    following = next(MONTHS)
    buy(home, following, "100.00")
    close(following)
    made = pay(following)
    assert (paid(made.files, "IBAN", "InstdAmt"), made.unreadable) == ([(IBAN, "1.00"), (OTHER, "3.75")], ())


def test_month_is_not_paid_out_with_another_key(month):
    from tarkka.bonus.payout import NotPayable

    homes = a_buyer(month), a_buyer(month)
    close(month)
    spoil("payout_account", *homes)
    with pytest.raises(NotPayable, match="no account can be decrypted"):
        pay(month)
    assert balances(*homes) == [375, 375]


def test_files_with_an_account_that_cannot_be_decrypted_are_not_made_again(month):
    from tarkka.bonus.payout import NotPayable

    home, broken = a_buyer(month), a_buyer(month)
    close(month)
    pay(month)
    spoil("payout", broken)
    with pytest.raises(NotPayable, match=f"household {broken.id} was paid to .* cannot be decrypted"):
        pay(month)
    assert balances(home, broken) == [0, 0]


@pytest.mark.parametrize("ended", ["handed over", "ended"])
def test_main_member_now_is_paid_or_the_last_one(month, ended):
    home = a_buyer(month)
    _, second = home.persons
    close(month)
    with administrator() as connection:
        connection.execute(
            "UPDATE membership SET valid = tstzrange(lower(valid), now() - interval '1 day') WHERE household_id = %s",
            [home.id],
        )
        if ended == "handed over":
            connection.execute(
                "INSERT INTO membership (person_id, household_id, is_main_member, valid)"
                " VALUES (%s, %s, true, tstzrange(now() - interval '1 day', NULL))",
                [second, home.id],
            )
    give(second, OTHER)
    assert paid(pay(month).files, "IBAN") == [(OTHER if ended == "handed over" else IBAN,)]


def test_a_month_that_is_not_closed_is_not_paid_out(month):
    from tarkka.bonus.payout import NotPayable

    home = a_buyer(month)
    with pytest.raises(NotPayable, match=f"tarkka bonus close --month {month:%Y-%m}"):
        pay(month)
    assert balances(home) == [0]


def test_many_payments_go_into_several_files_each_whole(month, monkeypatch):
    from tarkka.bonus import payout

    monkeypatch.setattr(payout, "MOST", 2)
    homes = [a_buyer(month) for _ in range(5)]
    close(month)
    told: list[tuple[int, int]] = []
    made = pay(month, told=lambda done, all_: told.append((done, all_)))
    assert [file.name for file in made.files] == [f"bonus-{month:%Y-%m}-{number}.xml" for number in (1, 2, 3)]
    assert told == [(2, 5), (4, 5), (5, 5)]
    ids = [etree.fromstring(file.read_bytes()).findtext(".//p:MsgId", None, NS) for file in made.files]
    assert ids == [f"BONUS-{month:%Y-%m}-{number}" for number in (1, 2, 3)]
    assert {each for (each,) in paid(made.files, "EndToEndId")} == {f"BONUS-{month:%Y-%m}-{home.id}" for home in homes}


_STOPPED = """
import os, signal, sys
from tarkka.cli.boot import boot
boot()
from datetime import date
from pathlib import Path
from tarkka.bonus import payout
from tarkka.access import door
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
step = sys.argv[2]
if step == "posted": payout.payment_file = die
if step == "half a file": payout.os.fsync = die
if step == "before the commit": door._refuse_misuse = die
if step == "before the name": Path.rename = die
payout.pay_out(date.fromisoformat(sys.argv[1]), from_iban=sys.argv[3], acting="test")
"""


@pytest.mark.parametrize("step", ["posted", "half a file", "before the commit", "before the name"])
def test_a_process_that_is_killed_pays_nobody_twice_and_loses_nobody(month, step):
    home = a_buyer(month)
    close(month)
    ended = subprocess.run(
        [sys.executable, "-c", _STOPPED, month.isoformat(), step, PAYER],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tarkka.site.settings"},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert balances(home) == [0 if step == "before the name" else 375]
    assert list(outbox().glob(f"bonus-{month:%Y-%m}-*")) == []
    made = pay(month)
    assert paid(made.files, "InstdAmt") == [("3.75",)]
    assert balances(home) == [0]
    assert list(made.files[0].parent.glob(".bonus*")) == []
    with administrator() as connection:
        assert connection.execute("SELECT count(*) FROM payout").fetchall() == [(1,)]


def test_the_payout_is_a_look_that_everybody_in_the_register_sees(month):
    from looking import latest_events, own_look

    home = a_buyer(month)
    close(month)
    pay(month)
    with own_look(home.persons[1]):
        assert [event.purpose for event in latest_events(limit=3)].count("bonus") >= 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT bonus.pay_out('2017-01-01', 'a', 'b', 'c', '{}')",
        "SELECT * FROM bonus.accounts_due()",
        "SELECT * FROM bonus.payments(1)",
        "SELECT * FROM payout",
    ],
)
def test_no_other_look_at_all_households_pays_or_reads_who_was_paid(program, statement):
    import psycopg
    from django.db import connection

    from tarkka import access
    from tarkka.vocabulary import Purpose, Role, SubjectKind

    look = {"role": Role.AUTOMATIC, "actor": "test", "subject": access.Subject(SubjectKind.TRACE)}
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        access.opened(**look, purpose=Purpose.STATISTICS) as opened,
    ):
        opened.cover_everyone()
        connection.connection.execute(statement)


def test_command_tells_what_was_paid_and_where_the_files_are(month):
    from typer.testing import CliRunner

    from tarkka.cli.main import main

    def run(*given: str) -> Any:
        return CliRunner().invoke(main, ["bonus", "payout", *given])

    home, _ = a_buyer(month), a_buyer(month, iban=None)
    asked = ("--month", f"{month:%Y-%m}", "--from", "FI79 4405 2020 0360 82")
    early = run(*asked)
    assert (early.exit_code, f"tarkka bonus close --month {month:%Y-%m}" in early.stderr) == (2, True)
    close(month)
    answer = run(*asked)
    assert answer.exit_code == 0, answer.stderr
    paid_line, file, waiting = answer.stdout.splitlines()
    assert paid_line == f"{month:%Y-%m}: 1 households paid 3.75 in all."
    assert Path(file).name == f"bonus-{month:%Y-%m}-1.xml"
    assert waiting == "1 households wait for an account."
    assert balances(home) == [0]
    assert "as 2017-03" in run("--month", "March", "--from", PAYER).stderr
    assert "no IBAN" in run("--month", "2017-03", "--from", "FI00").stderr
