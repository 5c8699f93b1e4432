"""Every reason for a rejection, on the real register: the receipt alone is rejected, the rest of its batch goes on."""

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from building import Household, Source, a_household, a_receipt, a_return, a_source, administrator, outlet_of, take
from tarkka.purchases.feed import REASONS

OF_FILES_ALONE = {"bad_row"}
"""Tested in test_reading.py."""


@dataclass(frozen=True)
class World:
    """A source, and what is needed to break each rule."""

    source: Source
    card: str
    closed_card: str
    homeless_card: str

    def sale(self, **changes: Any) -> dict[str, Any]:
        """A sale that would be taken but for the changes."""
        return a_receipt(**{"card": self.card} | changes)


@pytest.fixture(scope="module")
def world(source, household, database) -> World:
    from tarkka.purchases.actions import register_outlets

    late: Household = a_household(1, since=datetime(2025, 1, 1, tzinfo=UTC))
    homeless: Household = a_household(1)
    with administrator() as connection:
        connection.execute("DELETE FROM membership WHERE person_id = %s", [homeless.persons[0]])
    register_outlets([("outlet-unheard-of", "Unheard of", "unheard-of")])
    with administrator() as connection:
        connection.execute("INSERT INTO source_scope (source_id, chain) VALUES (%s, 'unheard-of')", [source.id])
    a_source(["sokos"])
    return World(source, household.cards[0], late.cards[0], homeless.cards[0])


def line(**changes: Any) -> list[dict[str, Any]]:
    """One line of ten euros, changed."""
    whole = {"line": 1, "name": "Milk", "group": "dairy", "quantity": "1", "unit": "pcs", "amount": "10.00"}
    return [whole | changes]


def groups(*amounts: str) -> list[dict[str, str]]:
    return [{"group": f"g{place}", "amount": amount} for place, amount in enumerate(amounts)]


def without(receipt: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in receipt.items() if key != name}


Delivery = dict[str, Any] | bytes
Case = tuple[str, str, Callable[[World], Delivery | Iterable[Delivery]]]
"""A reason, the place, and the receipt that breaks the rule, after those that must be there before it."""


def after_its_sale(**changes: Any) -> Callable[[World], list[Delivery]]:
    def make(world: World) -> list[Delivery]:
        sale = world.sale()
        return [sale, a_return(sale, **changes)]

    return make


def raw(receipt: dict[str, Any], old: str, new: bytes) -> bytes:
    text = json.dumps(receipt).encode()
    assert old.encode() in text
    return text.replace(old.encode(), new, 1)


NOW = datetime.now(UTC)
LONG = "9" * 400

CASES: list[Case] = [
    ("bad_amount", "total", lambda w: w.sale(total="10,00")),
    ("bad_amount", "total", lambda w: w.sale(total="1e1")),
    ("bad_amount", "total", lambda w: w.sale(total="10.000")),
    ("bad_amount", "total", lambda w: w.sale(total="１０.00")),
    ("bad_amount", "total", lambda w: w.sale(total="")),
    ("bad_amount", "total", lambda w: w.sale(total="+10.00")),
    ("bad_amount", "total", lambda w: w.sale(total="9999999999999")),
    ("bad_amount", "bonus_eligible", lambda w: w.sale(bonus_eligible="ten")),
    ("bad_amount", "card_benefit", lambda w: w.sale(card_benefit="0.001")),
    ("bad_amount", "payments", lambda w: w.sale(payments=[{"method": "card", "amount": "10.0.0"}])),
    ("bad_amount", "lines[0].amount", lambda w: w.sale(lines=line(amount="NaN"))),
    ("bad_amount", "groups[1].amount", lambda w: w.sale(lines=None, groups=groups("5.00", "five"))),
    ("bad_gtin", "lines[0].gtin", lambda w: w.sale(lines=line(gtin="6408430000136"))),
    ("bad_gtin", "lines[0].gtin", lambda w: w.sale(lines=line(gtin="640843000013"))),
    ("bad_gtin", "lines[0].gtin", lambda w: w.sale(lines=line(gtin="٦٤٠٨٤٣٠٠٠٠١٣٥"))),
    ("bad_json", "", lambda w: b"{"),
    ("bad_json", "", lambda w: b"receipt_id,kind"),
    ("bad_json", "", lambda w: b"\x80\x02}q\x00."),
    ("bad_json", "", lambda w: raw(w.sale(), "Milk", b"M\xe4ito")),
    ("bad_json", "", lambda w: raw(w.sale(), "Milk", b"\xed\xa0\x80")),
    ("bad_json", "", lambda w: raw(w.sale(), "Milk", rb"\ud800")),
    ("bad_json", "", lambda w: raw(w.sale(), "Milk", rb"\udc00 milk")),
    ("bad_json", "", lambda w: raw(w.sale(), "Milk", b"M\x00ilk")),
    ("bad_json", "", lambda w: raw(w.sale(), '"10.00"', b"NaN")),
    ("bad_lines", "lines", lambda w: w.sale(lines=line(amount="5.00") + line(amount="5.00"))),
    ("bad_lines", "groups", lambda w: w.sale(groups=groups("10.00"))),
    ("bad_quantity", "lines[0].quantity", lambda w: w.sale(lines=line(quantity="1,5"))),
    ("bad_quantity", "lines[0].quantity", lambda w: w.sale(lines=line(quantity="0.1234567"))),
    ("bad_quantity", "lines[0].quantity", lambda w: w.sale(lines=line(quantity="1e3"))),
    ("bad_shape", "", lambda w: b"[]"),
    ("bad_shape", "", lambda w: b"null"),
    ("bad_shape", "", lambda w: b"[" * 100_000),
    ("bad_shape", "total", lambda w: without(w.sale(), "total")),
    ("bad_shape", "lines[0].unit", lambda w: w.sale(lines=[without(line()[0], "unit")])),
    ("bad_shape", "total", lambda w: w.sale(total=10.0)),
    ("bad_shape", "total", lambda w: w.sale(total=LONG)),
    ("bad_shape", "total", lambda w: raw(w.sale(), '"10.00"', LONG.encode())),
    ("bad_shape", "lines[0].line", lambda w: raw(w.sale(lines=line()), '"line": 1', b'"line": ' + LONG.encode())),
    ("bad_shape", "lines[0].line", lambda w: w.sale(lines=line(line=0))),
    ("bad_shape", "lines[0].name", lambda w: w.sale(lines=line(name=""))),
    ("bad_shape", "lines[0].name", lambda w: w.sale(lines=line(name="n" * 201))),
    ("bad_shape", "lines", lambda w: w.sale(lines=[line(line=n + 1)[0] for n in range(5_001)])),
    ("bad_shape", "kind", lambda w: w.sale(kind="gift")),
    ("bad_shape", "channel", lambda w: w.sale(channel="phone")),
    ("bad_shape", "card", lambda w: w.sale(card="")),
    ("bad_shape", "refers_to", lambda w: w.sale(refers_to="another")),
    ("bad_shape", "refers_to", lambda w: w.sale(kind="return", total="-10.00")),
    ("bad_shape", "receipt_id", lambda w: w.sale(receipt_id="r" * 65)),
    ("bad_sign", "total", lambda w: w.sale(total="-10.00")),
    ("bad_sign", "card_benefit", lambda w: w.sale(card_benefit="-0.01")),
    ("bad_sign", "bonus_eligible", lambda w: w.sale(bonus_eligible="-0.01")),
    ("bad_sign", "bonus_eligible", lambda w: w.sale(bonus_eligible="10.01")),
    ("bad_sign", "total", after_its_sale(total="10.00")),
    ("bad_sign", "bonus_eligible", after_its_sale(bonus_eligible="-10.01")),
    ("bad_text", "", lambda w: raw(w.sale(), "Milk", rb"M\u0000ilk")),
    ("bad_text", "", lambda w: raw(w.sale(), "Milk", rb"M\\\u0000ilk")),
    ("bad_time", "purchased_at", lambda w: w.sale(purchased_at="2024-03-05T12:30:00")),
    ("bad_time", "purchased_at", lambda w: w.sale(purchased_at="2024-03-05")),
    ("bad_time", "purchased_at", lambda w: w.sale(purchased_at="2024-02-30T12:30:00+02:00")),
    ("bad_time", "purchased_at", lambda w: w.sale(purchased_at="yesterday")),
    ("bad_time", "purchased_at", lambda w: w.sale(purchased_at="0001-01-01T00:00:00+02:00")),
    ("bad_time", "purchased_at", lambda w: w.sale(purchased_at="9999-12-31T23:59:59-12:00")),
    ("before_register", "purchased_at", lambda w: w.sale(purchased_at="2014-04-30T23:59:59+03:00")),
    ("before_register", "purchased_at", lambda w: w.sale(purchased_at="1066-10-14T09:00:00+00:00")),
    ("before_sale", "purchased_at", after_its_sale(purchased_at="2024-03-05T12:29:59+02:00")),
    *(
        ("bad_vat_rate", "lines[0].vat_rate", lambda w, rate=rate: w.sale(lines=line(vat_rate=rate)))
        for rate in ("14 %", "14,0", "-14", "100.01", "1.234", ".5", "14.", "٣", "nan")
    ),
    ("bad_shape", "lines[0].vat_rate", lambda w: w.sale(lines=line(vat_rate=14))),
    ("card_closed", "card", lambda w: w.sale(card=w.closed_card)),
    ("exceeds_sale", "total", after_its_sale(total="-10.01", bonus_eligible="-10.00", lines=None, payments=[])),
    ("exceeds_sale", "card_benefit", after_its_sale(card_benefit="-0.51")),
    ("in_future", "purchased_at", lambda w: w.sale(purchased_at=(NOW + timedelta(hours=1)).isoformat())),
    ("in_future", "purchased_at", lambda w: w.sale(purchased_at="9999-12-31T23:59:59Z")),
    ("no_household", "card", lambda w: w.sale(card=w.homeless_card)),
    ("outlet_of_another_source", "outlet", lambda w: w.sale(outlet=outlet_of("sokos"))),
    ("payments_differ", "payments", lambda w: w.sale(payments=[{"method": "cash", "amount": "9.97"}])),
    ("return_too_coarse", "lines", after_its_sale(total="-4.00", bonus_eligible="-4.00", lines=None, payments=[])),
    ("sale_unknown", "refers_to", lambda w: a_return(w.sale())),
    ("sum_differs", "lines", lambda w: w.sale(lines=line(amount="9.99"))),
    ("sum_differs", "groups", lambda w: w.sale(lines=None, groups=groups("9.99"))),
    ("too_long", "", lambda w: b'{"receipt_id": "' + b"a" * (4 << 20) + b'"}'),
    ("unknown_card", "card", lambda w: w.sale(card="0")),
    ("unknown_chain", "outlet", lambda w: w.sale(outlet="outlet-unheard-of")),
    ("unknown_field", "", lambda w: w.sale(customer="Aino")),
    ("unknown_field", "lines[0]", lambda w: w.sale(lines=line(brand="Valio"))),
    ("unknown_outlet", "outlet", lambda w: w.sale(outlet="outlet-nowhere")),
    ("wrong_currency", "currency", lambda w: w.sale(currency="SEK")),
    ("wrong_currency", "currency", lambda w: w.sale(currency="eur")),
]


def conflict(world: World) -> list[Delivery]:
    sale = world.sale()
    return [sale, sale | {"card_benefit": "0.40"}]


def not_in_sale(world: World) -> list[Delivery]:
    sale = world.sale()
    other = [{"line": 1, "name": "Beer", "group": "dairy", "quantity": "-1", "unit": "pcs", "amount": "-4.00"}]
    return [sale, a_return(sale, total="-4.00", bonus_eligible="-4.00", payments=[], lines=other)]


CASES += [("conflict", "receipt_id", conflict), ("not_in_sale", "lines[0]", not_in_sale)]


def test_every_reason_has_a_case():
    of_retention = {"no_longer_kept"}  # tests/retention has it
    assert {reason for reason, _, _ in CASES} | OF_FILES_ALONE | of_retention == set(REASONS)


@pytest.mark.parametrize(
    ("reason", "place", "make"), CASES, ids=[f"{case[0]}-{place}" for place, case in enumerate(CASES)]
)
def test_receipt_is_rejected_with_reason_and_place_and_the_rest_goes_on(world, reason, place, make):
    made = make(world)
    deliveries = made if isinstance(made, list) else [made]
    *before, verdict, after = take(world.source, [world.sale(), *deliveries, world.sale()])
    assert [found.status for found in (*before, after)] == ["accepted"] * (len(deliveries) + 1)
    assert (verdict.status, verdict.rejection.reason, verdict.rejection.place) == ("rejected", reason, place)


ACCEPTED = {
    "five minutes fast": lambda w: w.sale(purchased_at=(NOW + timedelta(minutes=4)).isoformat()),
    "the first second": lambda w: w.sale(purchased_at="2014-05-01T00:00:00+03:00"),
    "an offset past sixteen hours": lambda w: w.sale(purchased_at="2024-03-05T12:30:00+23:59"),
    "cash rounded by two cents": lambda w: w.sale(payments=[{"method": "cash", "amount": "9.98"}]),
    "no payments told": lambda w: w.sale(payments=[]),
    "nothing to pay": lambda w: w.sale(total="0.00", bonus_eligible="0", payments=[], lines=line(amount="0")),
    "no lines nor groups": lambda w: w.sale(lines=None),
    "empty lines": lambda w: w.sale(lines=[]),
    "a discount line": lambda w: w.sale(lines=line(amount="11.00") + line(line=2, name="Coupon", amount="-1.00")),
    "an escaped backslash before u0000": lambda w: raw(w.sale(), "Milk", rb"M\\u0000ilk"),
    "every letter that COPY reads": lambda w: w.sale(lines=line(name="a\tb\nc\\N\\.\rd", unit="\\.", lot="\\N")),
    "an empty GTIN": lambda w: w.sale(lines=line(gtin="", product_code="", lot="")),
    **{
        f"VAT of {rate}": lambda w, rate=rate: w.sale(lines=line(vat_rate=rate)) for rate in ("", "0", "9.99", "100.00")
    },
    "emoji and old letters": lambda w: w.sale(lines=line(name="🥛 ﷽ ẞ \U0001f9c0 e\u0301")),
    "the largest amounts": lambda w: w.sale(
        total="999999999999.99", bonus_eligible="999999999999.99", payments=[], lines=line(amount="999999999999.99")
    ),
    "the longest of all": lambda w: w.sale(
        receipt_id=secrets.token_hex(32),
        lines=line(name="n" * 200, group="g" * 64, unit="u" * 16, product_code="c" * 64, lot="l" * 64),
    ),
}


@pytest.mark.parametrize("make", ACCEPTED.values(), ids=ACCEPTED)
def test_unusual_receipt_is_accepted(world, make):
    (verdict,) = take(world.source, [make(world)])
    assert (verdict.status, verdict.rejection) == ("accepted", None)


def test_one_batch_of_everything_rejects_each_by_itself(world):
    deliveries: list[Delivery] = []
    expected = []
    for reason, _, make in CASES:
        made = make(world)
        *before, bad = made if isinstance(made, list) else [made]
        deliveries += [*before, bad]
        expected += [None] * len(before) + [reason]
    verdicts = take(world.source, deliveries)
    assert [verdict.rejection and verdict.rejection.reason for verdict in verdicts] == expected
