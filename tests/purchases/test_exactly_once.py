"""Exactly once: whatever is sent again, at once, or in two minds, a receipt is stored or counted once."""

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import psycopg
import pytest

from building import GROUP_TIME, a_receipt, a_return, a_source, outlet_of, take
from storing import kept, rows


@pytest.fixture
def sender(database):
    """A source that nobody else sends for."""
    return a_source()


def told(verdicts):
    return [verdict.rejection.reason if verdict.rejection else verdict.status for verdict in verdicts]


def counted(sender):
    return rows("SELECT count(*) FROM cardless_receipt WHERE source_id = %s", sender.id)[0][0]


def test_same_receipt_again_is_a_duplicate(sender, card):
    sale = a_receipt(card=card)
    assert told(take(sender, [sale])) == ["accepted"]
    before = kept(sender)
    assert told(take(sender, [sale, sale])) == ["duplicate", "duplicate"]
    assert kept(sender) == before


def test_other_content_under_the_same_id_is_a_conflict_and_changes_nothing(sender, card, household):
    sale = a_receipt(card=card)
    take(sender, [sale])
    before = kept(sender)
    others = [
        sale | {"total": "9.99", "lines": None, "payments": [], "bonus_eligible": "9.99"},
        sale | {"purchased_at": "2024-03-05T12:30:01+02:00"},
        sale | {"purchased_at": "2025-03-05T12:30:00+02:00"},
        sale | {"channel": "web"},
        sale | {"card": household.cards[1]},
        sale | {"card_benefit": "0.49"},
        sale | {"payments": [{"method": "cash", "amount": "10.00"}]},
        sale | {"lines": [line | {"name": "Other"} if line["line"] == 1 else line for line in sale["lines"]]},
        sale | {"lines": [line | {"lot": "L1"} if line["line"] == 1 else line for line in sale["lines"]]},
        sale | {"lines": [line | {"vat_rate": "14"} if line["line"] == 1 else line for line in sale["lines"]]},
    ]
    others = [{name: value for name, value in other.items() if value is not None} for other in others]
    assert told(take(sender, others)) == ["conflict"] * len(others)
    assert kept(sender) == before


@pytest.mark.parametrize(
    ("when", "where", "levels"),
    [(GROUP_TIME, "prisma", ["duplicate", "conflict"]), (GROUP_TIME, "restaurants", ["duplicate", "duplicate"])],
    ids=["GROUP", "TOTAL"],
)
def test_difference_only_in_discarded_detail_is_a_duplicate(sender, card, when, where, levels):
    sale = a_receipt(card=card, purchased_at=when, outlet=outlet_of(where))
    milk, bread = sale["lines"]
    other_name = sale | {"lines": [milk | {"name": "Secret", "lot": "L7", "vat_rate": "14", "quantity": "9"}, bread]}
    other_group = sale | {"lines": [milk | {"group": "fish"}, bread]}
    assert told(take(sender, [sale, other_name, other_group])) == ["accepted", *levels]


def test_same_id_twice_in_a_batch_is_taken_once(sender, card):
    sale = a_receipt(card=card)
    assert told(take(sender, [sale, sale, sale | {"card_benefit": "0.10"}])) == ["accepted", "duplicate", "conflict"]
    assert len(kept(sender)) == 1


def test_rejected_receipt_does_not_take_its_id(sender, card):
    sale = a_receipt(card=card)
    wrong = sale | {"payments": []} | {"lines": sale["lines"][:1]}
    assert told(take(sender, [wrong, sale, wrong])) == ["sum_differs", "accepted", "sum_differs"]


def test_ids_of_two_sources_are_two_receipts(sender, card):
    sale = a_receipt(card=card)
    other = a_source()
    assert told(take(sender, [sale]) + take(other, [sale])) == ["accepted", "accepted"]
    assert kept(sender)[sale["receipt_id"]].id != kept(other)[sale["receipt_id"]].id


def test_receipt_without_a_card_is_counted_once_and_nothing_of_it_is_kept(sender):
    """R5: a purchase without a card is not in the register."""
    sale = a_receipt(receipt_id="till-4711")
    verdicts = take(sender, [sale, sale]) + take(sender, [sale])
    assert told(verdicts) == ["accepted", "duplicate", "duplicate"]
    assert all(verdict.level is None for verdict in verdicts)
    assert counted(sender) == 1
    assert kept(sender) == {}
    assert not rows("SELECT FROM cardless_receipt c WHERE position('till-4711' IN c::text) > 0")


def test_one_id_with_and_without_a_card_is_a_conflict(sender, card):
    """One receipt cannot be somebody's and nobody's: whichever came first stays."""
    first, second = a_receipt(), a_receipt(card=card)
    assert told(take(sender, [first]) + take(sender, [first | {"card": card}])) == ["accepted", "conflict"]
    without = {name: value for name, value in second.items() if name != "card"}
    assert told(take(sender, [second, without]) + take(sender, [without])) == ["accepted", "conflict", "conflict"]
    assert (len(kept(sender)), counted(sender)) == (1, 1)


# Two processes at once, each with a connection of its own.

_intakes = {}


def deliver(source_id, raws):
    import django

    django.setup()
    from tarkka.purchases.intake import Intake

    if source_id not in _intakes:
        _intakes[source_id] = Intake(psycopg.connect(os.environ["TARKKA_DATABASE_URL"], autocommit=True), source_id)
    return told(verdict for _, verdict in _intakes[source_id].take(raws))


@pytest.fixture(scope="module")
def two():
    """Two processes."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield pool


def encoded(receipts):
    return [json.dumps(receipt).encode() for receipt in receipts]


def test_two_processes_with_the_same_receipts_take_each_once(sender, card, two):
    sales = [a_receipt(card=card if number % 5 else None) for number in range(400)]
    forth, back = encoded(sales), encoded(reversed(sales))
    for _ in range(3):
        halves = [two.submit(deliver, sender.id, raws) for raws in (forth, back, forth, back)]
        verdicts = [half.result() for half in halves]
    assert {word for told in verdicts for word in told} == {"duplicate"}
    found = kept(sender)
    assert set(found) == {sale["receipt_id"] for sale in sales if "card" in sale}
    assert counted(sender) == sum("card" not in sale for sale in sales)
    assert sum(receipt.total for receipt in found.values()) == 1_000 * len(found)
    assert all(len(receipt.lines) == 2 for receipt in found.values())


def test_two_processes_at_once_accept_each_receipt_in_one_of_them(sender, card, two):
    for _ in range(5):
        raws = encoded(a_receipt(card=card if number % 5 else None) for number in range(100))
        one, other = two.submit(deliver, sender.id, raws), two.submit(deliver, sender.id, raws)
        for verdicts in zip(one.result(), other.result(), strict=True):
            assert sorted(verdicts) == ["accepted", "duplicate"]


def test_two_processes_with_two_contents_of_an_id_take_one_and_tell_the_other(sender, card, two):
    sales = [a_receipt(card=card) for _ in range(100)]
    others = [sale | {"card_benefit": "0.10"} for sale in sales]
    one, other = two.submit(deliver, sender.id, encoded(sales)), two.submit(deliver, sender.id, encoded(others))
    for verdicts in zip(one.result(), other.result(), strict=True):
        assert sorted(verdicts) == ["accepted", "conflict"]


def test_two_processes_cannot_return_more_than_was_sold(sender, card, two):
    """Four returns of six euros each against sales of ten: one of each sale's is taken, wherever they are sent."""
    sales = [a_receipt(card=card) for _ in range(50)]
    take(sender, sales)
    bread = [{"line": 1, "name": "Bread", "group": "bakery", "quantity": "-0.5", "unit": "kg", "amount": "-6.00"}]

    def backs(sale):
        return a_return(sale, total="-6.00", bonus_eligible="-6.00", card_benefit="0", payments=[], lines=bread)

    sent = [encoded(backs(sale) for sale in (sales, sales[::-1])[half % 2]) for half in range(4)]
    verdicts = [half.result() for half in [two.submit(deliver, sender.id, raws) for raws in sent]]
    words = [word for told in verdicts for word in told]
    assert (words.count("accepted"), words.count("exceeds_sale")) == (50, 150)
    left = rows("SELECT sum(total_cents) FROM receipt WHERE source_id = %s GROUP BY coalesce(refers_to, id)", sender.id)
    assert left == [(400,)] * 50


def test_two_processes_with_the_same_returns_take_each_once(sender, card, two):
    sales = [a_receipt(card=card) for _ in range(50)]
    take(sender, sales)
    raws = encoded(a_return(sale) for sale in sales)
    one, other = two.submit(deliver, sender.id, raws), two.submit(deliver, sender.id, raws[::-1])
    for verdicts in zip(one.result(), other.result()[::-1], strict=True):
        assert sorted(verdicts) == ["accepted", "duplicate"]
