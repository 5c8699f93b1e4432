"""What the bank sends back is owed again, once, and paid with the month that is paid out next."""

import os
import signal
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from building import Household, administrator
from paying import IBAN, MONTHS, OTHER, a_buyer, balances, buy, close, give, paid, pay


def reference(month: date, home: Household) -> str:
    return f"BONUS-{month:%Y-%m}-{home.id}"


def take_back(month: date, home: Household) -> int:
    from tarkka.bonus.payout import take_back

    return take_back(reference(month, home), acting="E-1")


def paid_out(month: date, *homes: Household) -> None:
    close(month)
    assert pay(month).payouts == len(homes)


def test_payment_that_came_back_is_owed_again_and_paid_with_the_next_month(month: date) -> None:
    home, other = a_buyer(month), a_buyer(month)
    paid_out(month, home, other)
    assert take_back(month, home) == 375
    assert balances(home, other) == [375, 0]
    with administrator() as connection:
        assert connection.execute(
            "SELECT e.kind::text, e.debit::text, e.credit::text, e.amount_cents, e.month, t.acting FROM ledger_entry e"
            " JOIN payout p ON p.id = e.payout_id JOIN payout_return t ON t.payout_id = p.id AND t.at = e.posted_at"
            " WHERE p.household_id = %s AND e.kind <> 'payout'",
            [home.id],
        ).fetchall() == [("payout_returned", "bank", "household", 375, month, "E-1")]
    give(home.persons[0], OTHER)
    following = next(MONTHS)
    buy(home, following, "100.00")
    close(following)
    assert paid(pay(following).files, "IBAN", "InstdAmt") == [(OTHER, "4.75")]
    assert balances(home, other) == [0, 0]


def test_files_of_its_month_are_made_again_as_they_were(month: date) -> None:
    home = a_buyer(month)
    paid_out(month, home)
    [file] = pay(month).files
    content = file.read_bytes()
    take_back(month, home)
    [again] = pay(month).files
    assert (again.read_bytes(), balances(home)) == (content, [375])


def test_payment_comes_back_once_and_what_was_paid_since_may_come_back_too(month: date) -> None:
    from tarkka.bonus.payout import NotReturned

    home = a_buyer(month)
    paid_out(month, home)
    take_back(month, home)
    with pytest.raises(NotReturned, match="was taken back before"):
        take_back(month, home)
    following = next(MONTHS)
    buy(home, following, "100.00")
    paid_out(following, home)
    with pytest.raises(NotReturned, match="was taken back before"):
        take_back(month, home)
    assert balances(home) == [0]
    assert take_back(following, home) == 475


@pytest.mark.parametrize("what", ["of another month", "of nobody's", "that was never made"])
def test_payment_that_is_not_there_is_refused(month: date, what: str) -> None:
    from tarkka.bonus.payout import NotReturned, take_back

    home, without = a_buyer(month), a_buyer(month, iban=None)
    paid_out(month, home)
    asked = {
        "of another month": reference(date(2020, 1, 1), home),
        "of nobody's": f"BONUS-{month:%Y-%m}-999999999999",
        "that was never made": reference(month, without),
    }
    with pytest.raises(NotReturned, match=f"there is no payment {asked[what]}"):
        take_back(asked[what], acting="E-1")
    assert balances(home, without) == [0, 375]


@pytest.mark.parametrize("text", ["", "BONUS-2017-13-17", "BONUS-0000-01-17", "bonus-2017-03-17", "BONUS-2017-03-17 "])
def test_what_is_no_reference_is_refused(program: str, text: str) -> None:
    from tarkka.bonus.payout import NotReturned, take_back

    with pytest.raises(NotReturned, match="BONUS-2017-03-17"):
        take_back(text, acting="E-1")


def test_household_sees_the_look_and_nobody_else_does(month: date) -> None:
    from looking import latest_events, own_look

    home, other = a_buyer(month), a_buyer(month)
    paid_out(month, home, other)
    take_back(month, home)
    for person, kind in ((home.persons[0], "household"), (home.persons[1], "household"), (other.persons[0], "trace")):
        with own_look(person):
            assert next(event.subject_kind for event in latest_events() if event.purpose == "bonus") == kind


def test_payee_who_was_erased_keeps_nothing_from_being_owed_again(month: date) -> None:
    home = a_buyer(month)
    paid_out(month, home)
    with administrator() as connection:
        connection.execute("UPDATE payout SET person_id = NULL, iban_sealed = NULL")
    assert take_back(month, home) == 375


@pytest.mark.parametrize("purpose", ["household_view", "bonus"])
def test_no_other_look_takes_a_payment_back(month: date, purpose: str) -> None:
    import psycopg
    from django.db import connection

    from tarkka import access
    from tarkka.vocabulary import Purpose, Role

    home, other = a_buyer(month), a_buyer(month)
    paid_out(month, home, other)
    look = {"role": Role.AUTOMATIC, "actor": "test", "subject": access.household(other.id), "purpose": Purpose.BONUS}
    refused: Any = psycopg.errors.UniqueViolation  # whom the look is at, and no household that is named
    if purpose == "household_view":
        look |= {"role": Role.CUSTOMER, "actor": str(home.persons[0]), "purpose": Purpose.HOUSEHOLD_VIEW}
        look |= {"subject": access.household(home.id)}
        refused = psycopg.errors.InsufficientPrivilege
    else:
        take_back(month, other)
    with pytest.raises(refused), access.opened(**look):
        connection.connection.execute("SELECT bonus.take_back(%s, 'x')", [month])
    assert balances(home) == [0]


_STOPPED = """
import os, signal, sys
from tarkka.cli.boot import boot
boot()
from tarkka.access import door
from tarkka.bonus.payout import take_back
if sys.argv[2] == "before the commit":
    door._refuse_misuse = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
take_back(sys.argv[1], acting="test")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("step", ["before the commit", "after it"])
def test_process_that_is_killed_gives_nothing_back_twice(month: date, step: str) -> None:
    from tarkka.bonus.payout import NotReturned

    home = a_buyer(month)
    paid_out(month, home)
    ended = subprocess.run(
        [sys.executable, "-c", _STOPPED, reference(month, home), step],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tarkka.site.settings"},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    if step == "after it":
        with pytest.raises(NotReturned):
            take_back(month, home)
    else:
        assert balances(home) == [0]
        take_back(month, home)
    assert balances(home) == [375]


def test_command_tells_what_is_owed_again(month: date) -> None:
    from typer.testing import CliRunner

    from tarkka.cli.main import main

    home = a_buyer(month)
    paid_out(month, home)
    asked = ["bonus", "returned", "--reference", reference(month, home), "--acting", "E-1"]
    answer = CliRunner().invoke(main, asked)
    assert (answer.exit_code, answer.stdout) == (0, f"{asked[3]}: 3.75 is owed to the household again.\n")
    again = CliRunner().invoke(main, asked)
    assert (again.exit_code, "was taken back before" in again.stderr) == (2, True)
    assert IBAN not in answer.output
