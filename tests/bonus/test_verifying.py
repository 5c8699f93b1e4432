"""What a superuser changes of the ledger is found: of entries and of payouts, though every trigger was switched off."""

from typing import Any

import pytest

from building import administrator
from paying import MONTHS, a_buyer, close, forget, pay

ENTRY = "WHERE kind = 'payout_returned'"
"""Of what came back."""
CHANGES = {
    "entry changed": "UPDATE ledger_entry SET amount_cents = amount_cents + 1 WHERE kind = 'bonus'",
    "entry of another household": "UPDATE ledger_entry SET household_id = household_id + 1 WHERE kind = 'bonus'",
    "entry of another month": "UPDATE ledger_entry SET month = '2015-01-01' WHERE kind = 'bonus'",
    "entry gone": "DELETE FROM ledger_entry WHERE kind = 'bonus'",
    "entry added to the run": """
        INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version,
        run_id, posted_at) SELECT household_id, month, 'adjustment', 'bonus_cost', 'household', 1000000, 1,
        run_id, posted_at FROM ledger_entry WHERE kind = 'bonus'
    """,
    "entry of no run": """
        INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, program_version,
        run_id) VALUES (1, '2015-01-01', 'adjustment', 'bonus_cost', 'household', 1000000, 1, 987654)
    """,
    "payment that never came back": """
        INSERT INTO ledger_entry (household_id, month, kind, debit, credit, amount_cents, payout_id) SELECT
        household_id, month, 'payout_returned', 'bank', 'household', amount_cents, payout_id FROM
        ledger_entry WHERE kind = 'payout' AND payout_id NOT IN (SELECT payout_id FROM payout_return)
    """,
    "entry of a payout gone": "DELETE FROM ledger_entry WHERE kind = 'payout'",
    "payout changed": "UPDATE payout SET amount_cents = 1",
    "payout gone": "DELETE FROM payout",
    "payout and its entry gone": "DELETE FROM payout; DELETE FROM ledger_entry WHERE kind = 'payout'",
    "payout and its entry changed": """
        UPDATE payout SET amount_cents = 1; UPDATE ledger_entry SET amount_cents = 1 WHERE kind = 'payout'
    """,
    "account changed": """
        ALTER TABLE payout DROP CONSTRAINT account_of_its_digest; UPDATE payout SET iban_sealed =
        sha256('a')
    """,
    "account and its digest changed": """
        UPDATE payout SET iban_sealed = sha256('a'), iban_digest = sha256(sha256('a'))
    """,
    "part gone": "DELETE FROM bonus_part",
    "entry of what came back changed": f"UPDATE ledger_entry SET amount_cents = amount_cents + 1 {ENTRY}",
    "entry of what came back of another household": f"UPDATE ledger_entry SET household_id = household_id + 1 {ENTRY}",
    "entry of what came back of another month": f"UPDATE ledger_entry SET month = '2015-01-01' {ENTRY}",
    "entry of what came back of another day": f"UPDATE ledger_entry SET posted_at = '2015-01-01' {ENTRY}",
    "entry of what came back gone": f"DELETE FROM ledger_entry {ENTRY}",
    "entry of what came back turned round": f"""
        ALTER TABLE ledger_entry DROP CONSTRAINT accounts_of_its_kind;
        UPDATE ledger_entry SET debit = 'household', credit = 'bank' {ENTRY}
    """,
    "entry of a payout turned round": """
        ALTER TABLE ledger_entry DROP CONSTRAINT accounts_of_its_kind;
        UPDATE ledger_entry SET debit = 'bank', credit = 'household' WHERE kind = 'payout'
    """,
    "payment that came back twice": f"""
        DROP INDEX one_entry_of_a_payout; INSERT INTO ledger_entry (household_id, month, kind, debit, credit,
        amount_cents, payout_id, posted_at) SELECT household_id, month, kind, debit, credit, amount_cents, payout_id,
        posted_at FROM ledger_entry {ENTRY}
    """,
    "what came back of no payout": "UPDATE payout_return SET payout_id = 0",
    "what came back forgotten": "DELETE FROM payout_return",
}


def found(connection: Any) -> list[str]:
    from tarkka.bonus.verifying import verify_ledger

    return [f"{each.where.split()[0]}: {each.what}" for each in verify_ledger(connection)]


@pytest.fixture(scope="module")
def posted(program: str) -> None:
    """A month closed and paid out, of which one payment came back, and nothing else."""
    from tarkka.bonus.payout import take_back

    forget("ledger_entry", "bonus_part", "bonus_run", "payout_return", "payout", "payout_run")
    month = next(MONTHS)
    a_buyer(month)
    returned = a_buyer(month)
    a_buyer(month, "100.00", iban=None)
    close(month)
    assert pay(month).payouts == 2
    assert take_back(f"BONUS-{month:%Y-%m}-{returned.id}", acting="test") == 375


@pytest.fixture
def ledger(posted: None) -> Any:
    """The ledger as it was posted; whatever is done to it is undone."""
    with administrator() as connection, connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL session_replication_role = replica")
        yield connection


def test_ledger_as_it_was_posted_and_paid_has_nothing_to_find(ledger: Any) -> None:
    assert found(ledger) == []


def test_erased_payee_is_no_change(ledger: Any) -> None:
    ledger.execute("UPDATE payout SET person_id = NULL, iban_sealed = NULL")
    assert found(ledger) == []


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_of_it_is_found(ledger: Any, what: str) -> None:
    ledger.execute(CHANGES[what])
    assert found(ledger) != []


def test_finding_tells_where_in_numbers(ledger: Any) -> None:
    ledger.execute(CHANGES["entry changed"])
    assert found(ledger) == ["bonus_part: is not what its entries come to"]
