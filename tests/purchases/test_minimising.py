"""What is left of a receipt after the rules: nothing finer than its level, and one fingerprint for one content."""

import json
from datetime import datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import OUTLETS, RULES, receipts
from tarkka.purchases import minimising as rules
from tarkka.purchases.feed import Receipt, parse
from tarkka.purchases.minimising import Minimised
from tarkka.vocabulary import Channel, Level, cents

KEY = bytes(32)
PRODUCT_FROM = {
    ("prisma", "store"): 2016,
    ("prisma", "web"): 2014,
    ("sokos", "store"): 2014,
    ("sokos", "web"): 2014,
    ("marks-and-spencer", "store"): 2016,
    ("marks-and-spencer", "web"): 2016,
}
"""R1–R3, drawn outlets: from May 2014 or September 2016. Until then Prisma's stores are at GROUP, the rest TOTAL."""


def level_in_force(receipt: dict) -> Level:
    chain = OUTLETS[receipt["outlet"]]
    is_late = datetime.fromisoformat(receipt["purchased_at"]).year > 2016
    since = PRODUCT_FROM.get((chain, receipt["channel"]), 9999)
    if since == 2014 or (since == 2016 and is_late):
        return Level.PRODUCT
    return Level.GROUP if (chain, receipt["channel"]) == ("prisma", "store") else Level.TOTAL


def minimised(receipt: dict) -> Minimised:
    parsed = parse(json.dumps(receipt).encode())
    assert isinstance(parsed, Receipt)
    found = RULES.minimise(parsed)
    assert isinstance(found, Minimised)
    return found


def told(found: Minimised) -> tuple:
    """What the receipt says, in one order and spelling."""
    return (
        found.kind,
        found.outlet_id,
        found.channel,
        found.purchased_at,
        found.card,
        found.total_cents,
        found.bonus_eligible_cents,
        found.card_benefit_cents,
        sorted(found.payments),
        found.level,
        sorted(found.groups.items()),
        found.rows,
        found.products,
    )


def delivered_level(receipt: dict) -> Level:
    return Level.PRODUCT if "lines" in receipt else Level.GROUP if "groups" in receipt else Level.TOTAL


@settings(max_examples=200, deadline=None)
@given(receipts())
def test_level_is_the_coarser_of_in_force_and_delivered(receipt):
    assert minimised(receipt).level is min(level_in_force(receipt), delivered_level(receipt))


@settings(max_examples=200, deadline=None)
@given(receipts(), st.sampled_from(Level))
def test_nothing_finer_than_the_level_is_left(receipt, cap):
    for number, line in enumerate(receipt.get("lines", ())):
        line["name"], line["lot"], line["product_code"] = f"planted-name-{number}", "planted-lot", "planted-code"
        line["vat_rate"] = "98.76"
    found = minimised(receipt)
    before = found.level
    found.coarsen(cap)
    assert found.level is min(before, cap)
    assert ("planted" in repr(found)) == (found.level is Level.PRODUCT)
    assert ("\\t98.76" in repr(found)) == (found.level is Level.PRODUCT)
    assert bool(found.rows) == bool(found.products) == (found.level is Level.PRODUCT)
    assert bool(found.groups) == (found.level >= Level.GROUP)
    if found.groups:
        assert sum(found.groups.values()) == found.total_cents
    if found.rows:
        assert sum(int(row.split("\t")[3]) for row in found.rows) == found.total_cents
    assert found.total_cents == cents(receipt["total"])


@settings(max_examples=200, deadline=None)
@given(receipts(), st.randoms(use_true_random=False))
def test_order_and_spelling_change_no_fingerprint(receipt, random: Random):
    again = json.loads(json.dumps(receipt))
    for name in ("lines", "groups", "payments"):
        random.shuffle(again.get(name, []))
    for line in again.get("lines", ()):
        line["quantity"] = f"0{line['quantity']}00"
        line["vat_rate"] = {"13.5": "13.50", "0": "00.0", "14": "14.00"}.get(line.get("vat_rate"), line.get("vat_rate"))
    again["purchased_at"] = datetime.fromisoformat(receipt["purchased_at"]).astimezone().isoformat()
    again["total"] = again["total"].removesuffix(".00")
    assert minimised(again).fingerprint(KEY) == minimised(receipt).fingerprint(KEY)


CHANGES = st.sampled_from(
    [
        {"card": "9001"},
        {"channel": Channel.WEB},
        {"channel": Channel.STORE},
        {"outlet": "prisma-1"},
        {"purchased_at": "2024-03-05T12:30:00.000001Z"},
        {"card_benefit": "10.01"},
        {"payments": []},
        {"lines.name": "another"},
        {"lines.lot": "another"},
        {"lines.vat_rate": "10"},
        {"lines.vat_rate": "13.50"},
        {"lines.quantity": "7"},
        {"lines.gtin": "73513537"},
        {"lines.unit": "box"},
        {"lines.group": "dairy"},
        {},
    ]
)


@settings(max_examples=400, deadline=None)
@given(receipts(), CHANGES)
def test_fingerprints_are_equal_just_when_what_is_left_is(receipt, changes):
    other = json.loads(json.dumps(receipt)) | {name: value for name, value in changes.items() if "." not in name}
    for name, value in changes.items():
        if "." in name and "lines" in other:
            other["lines"][0][name.removeprefix("lines.")] = value
    a, b = minimised(receipt), minimised(other)
    assert (a.fingerprint(KEY) == b.fingerprint(KEY)) == (told(a) == told(b))


@settings(max_examples=50, deadline=None)
@given(receipts())
def test_fingerprint_needs_its_key(receipt):
    found = minimised(receipt)
    assert found.fingerprint(KEY) != found.fingerprint(b"1" * 32)


def test_what_repeats_is_remembered_until_there_is_too_much_of_it(monkeypatch):
    asked = []
    monkeypatch.setattr(rules, "_REMEMBERED", 2)
    lengths = rules._Remembered(lambda text: asked.append(text) or len(text))
    assert [lengths[text] for text in ("a", "bc", "a", "bc")] == [1, 2, 1, 2]
    assert asked == ["a", "bc"]
    assert (lengths["def"], dict(lengths)) == (3, {"def": 3})
    assert (lengths["a"], asked) == (1, ["a", "bc", "def", "a"])


def test_text_comes_back_from_copy_as_it_was():
    texts = ["a\\b", "a\tb", "a\nb", "a\rb", "\\n", "\\N", "", "a\\\t\r\nb\\"]
    assert [rules.escape(text) for text in texts] == [
        "a\\\\b",
        "a\\tb",
        "a\\nb",
        "a\\rb",
        "\\\\n",
        "\\\\N",
        "",
        "a\\\\\\t\\r\\nb\\\\",
    ]
