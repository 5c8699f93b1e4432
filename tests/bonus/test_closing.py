"""Closing a month posts what its receipts earn, once, whatever happens and however it is drawn."""

import pytest

from building import a_household, a_source, administrator
from earning import bring, close_month, ledger, owed, sale


def test_month_is_closed_once(empty_ledger: str) -> None:
    home = a_household(1)
    bring(a_source(), [sale(25000, card=home.cards[0])])
    first, again = close_month(), close_month()
    assert ledger(home) == [("bonus", "bonus_cost", "household", 375)]
    assert (first.number, again.number, again.entries) == (1, 0, 0)


WRITING = (
    """INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version, run_id)
       VALUES (1, '2015-01-01', 'adjustment', 'bonus_cost', 'household', 1000000, 1, 987654)""",
    """INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, payout_id)
       VALUES (1, '2015-01-01', 'payout_returned', 'bank', 'household', 1000000, 1)""",
    "INSERT INTO bonus_run (month, number, program_version, acting) VALUES ('2031-01-01', 1, 1, 'me')",
    """INSERT INTO bonus_part (run_id, first_entry, last_entry, kind, debit, credit, entries, amount_cents, digest)
       VALUES (1, 1, 1, 'bonus', 'bonus_cost', 'household', 1, 1, sha256(''))""",
    """INSERT INTO payout_run (month, payer_name, payer_iban, payouts, paid_cents, without_account, digest)
       VALUES ('2031-01-01', 'a', 'b', 0, 0, 0, sha256(''))""",
    "INSERT INTO payout (run_id, household_id, amount_cents) VALUES (1, 1, 1)",
    "SELECT nextval('ledger_entry_id_seq')",
    "UPDATE ledger_entry SET amount_cents = 1",
    "DELETE FROM ledger_entry",
)


@pytest.mark.parametrize("statement", WRITING)
@pytest.mark.parametrize("look", ["all", "household", "none"])
def test_login_writes_nothing_into_the_ledger_whatever_it_looks_at(program: str, statement: str, look: str) -> None:
    import psycopg

    from tarkka import access
    from tarkka.vocabulary import Level, Purpose, Role, SubjectKind

    home = a_household(1)
    subject = access.Subject(SubjectKind.TRACE) if look == "all" else access.household(home.id)
    opened = access.opened(
        role=Role.AUTOMATIC, actor="test", purpose=Purpose.BONUS, subject=subject, at_most=Level.TOTAL
    )
    from django.db import connection

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        if look == "none":
            connection.ensure_connection()
            connection.connection.execute(statement)
        else:
            with opened as under_way:
                if look == "all":
                    under_way.cover_everyone()
                connection.connection.execute(statement)


@pytest.mark.parametrize(
    ("month", "reason"), [("2199-01-01", "not_ended"), ("2024-03-02", "not_ended"), ("2013-01-01", "no_program")]
)
def test_login_closes_no_month_but_one_that_has_ended_by_its_program(program: str, month: str, reason: str) -> None:
    import psycopg
    from django.db import connection

    from tarkka import access
    from tarkka.vocabulary import Purpose, Role, SubjectKind

    look = {"role": Role.AUTOMATIC, "actor": "test", "subject": access.Subject(SubjectKind.TRACE)}
    with pytest.raises(psycopg.Error, match=reason), access.opened(**look, purpose=Purpose.BONUS) as opened:
        opened.cover_everyone()
        connection.connection.execute("SELECT bonus.close_month(%s, 'test')", [month])
    with pytest.raises(psycopg.Error, match="no_look"), access.opened(**look, purpose=Purpose.STATISTICS) as opened:
        opened.cover_everyone()
        connection.connection.execute("SELECT bonus.close_month('2024-03-01', 'test')")


def test_household_whose_receipts_are_gone_loses_what_they_earned(empty_ledger: str) -> None:
    home, other, source = a_household(1), a_household(1), a_source()
    bring(source, [sale(25000, card=home.cards[0]), sale(25000, card=other.cards[0])])
    close_month()
    with administrator() as connection:
        connection.execute("DELETE FROM receipt WHERE household_id = %s", [home.id])
    assert close_month().bonus_cents == -375
    assert (owed(home), owed(other)) == (0, 375)


def test_closed_month_whose_totals_were_dropped_stays_as_it_is(empty_ledger: str) -> None:
    """Though the description in force would keep them: it may have been another's time to let go."""
    from tarkka.bonus.closing import NotClosable

    home = a_household(1)
    bring(a_source(), [sale(25000, card=home.cards[0])])
    close_month()
    with administrator() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM receipt WHERE household_id = %s", [home.id])
        connection.execute(
            "INSERT INTO retention_drop (run_id, version, level, quarter, rows, bytes, held)"
            " VALUES (0, 1, 'TOTAL', '2024-01-01', 1, 1, 0)"
        )
        try:
            with pytest.raises(NotClosable, match="it stays as it is"):
                close_month()
        finally:
            connection.execute("DELETE FROM retention_drop WHERE run_id = 0")
    assert owed(home) == 375


def test_who_closed_a_month_is_kept(empty_ledger: str) -> None:
    close_month()
    with administrator() as connection:
        assert connection.execute("SELECT acting FROM bonus_run").fetchall() == [("test",)]
