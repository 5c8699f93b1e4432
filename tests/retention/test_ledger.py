"""What Bonus a household has earned is the same to the cent before a run and after it (R18, R31)."""

from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from building import a_household, a_source
from earning import back, balances, bring, sale
from tarkka.vocabulary import months_later

TODAY = date(2026, 11, 23)
MONTHS = (date(2018, 5, 1), date(2020, 5, 1), date(2022, 5, 1))
"""Of these a run leaves nothing, totals and groups."""
PROGRAM = (Path(__file__).parents[2] / "programs" / "s_group.toml").read_text()

bought = st.lists(
    st.tuples(st.sampled_from(MONTHS), st.integers(0, 1), st.integers(1, 90_000), st.integers(0, 100)), max_size=12
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bought=bought)
def test_ledger_is_the_same_before_and_after_and_closing_again_posts_nothing(running, admin, bought):
    from tarkka.bonus.actions import publish
    from tarkka.bonus.closing import close

    with admin.transaction():
        admin.execute("SET LOCAL session_replication_role = replica")
        for table in ("retention_drop", "retention_run", "receipt", "receipt_key", "ledger_entry", "bonus_part"):
            admin.execute(f"DELETE FROM {table}")
        for table in ("bonus_run", "bonus_cooperative", "bonus_program"):
            admin.execute(f"DELETE FROM {table}")
    publish(PROGRAM, acting="test")
    homes, source = [a_household(1), a_household(1)], a_source()
    for month, home, cents, share in bought:
        at = f"{month:%Y-%m}-05T12:30:00+03:00"
        sold = sale(cents, card=homes[home].cards[0], purchased_at=at)
        bring(source, [sold, *([back(sold, cents * share // 100)] if cents * share >= 100 else [])])
    months = [month for first in MONTHS for month in (months_later(first, n) for n in range(-1, 3))]
    for month in months:
        list(close(month, acting="test"))
    ids = [home.id for home in homes]
    before = [balances(ids, month) for month in months]
    done = running.run("tester", today=TODAY)
    assert [balances(ids, month) for month in months] == before
    if any(month == MONTHS[0] for month, *_ in bought):
        assert any(step.partition and step.partition.name == "receipt_2018q2" for step in done.steps)
    entries = admin.execute("SELECT count(*) FROM ledger_entry").fetchall()
    for month in months[-4:]:
        list(close(month, acting="test"))
    assert admin.execute("SELECT count(*) FROM ledger_entry").fetchall() == entries
