"""Returns: a sale is reversed at its own levels, partly or whole, and never by more than is left of it."""

from decimal import Decimal
from itertools import count

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from building import GROUP_TIME, a_household, a_receipt, a_return, a_source, negative, outlet_of, take
from looking import login
from storing import kept, rows
from tarkka.vocabulary import Level, cents, decimal_text

TOTAL_OUTLET = outlet_of("restaurants")


def part_of(sale, *lines, **changes):
    """A return of some lines, given as (line number, quantity, amount), none of them negative."""
    by_number = {line["line"]: line for line in sale["lines"]}
    returned = [
        by_number[number] | {"line": place, "quantity": negative(quantity), "amount": negative(amount)}
        for place, (number, quantity, amount) in enumerate(lines, start=1)
    ]
    total = decimal_text(-sum(cents(amount) for _, _, amount in lines))
    return a_return(
        sale,
        **{"total": total, "bonus_eligible": total, "card_benefit": "0", "payments": [], "lines": returned} | changes,
    )


def reason(verdict):
    return verdict.rejection and (verdict.rejection.reason, verdict.rejection.place)


@pytest.fixture
def sender(database):
    """A source that nobody else sends for, so that all that it sent can be read back."""
    return a_source()


def test_whole_return_is_the_sale_reversed(sender, card):
    sale = a_receipt(card=card)
    back = a_return(sale)
    assert [verdict.level for verdict in take(sender, [sale, back])] == [Level.PRODUCT] * 2
    sold, returned = (kept(sender)[receipt["receipt_id"]] for receipt in (sale, back))
    assert returned.refers_to == sold.id
    assert (returned.total, returned.bonus_eligible, returned.card_benefit) == (-1000, -1000, -50)
    assert returned.groups == {group: -amount for group, amount in sold.groups.items()}
    assert returned.lines == [(1, "Milk", "-2", -400), (2, "Bread", "-0.5", -600)]


def test_whole_return_needs_no_detail(sender, card):
    sale = a_receipt(card=card)
    back = a_return(sale, lines=None, payments=[])
    take(sender, [sale, back])
    returned = kept(sender)[back["receipt_id"]]
    assert returned.level == "PRODUCT"
    assert returned.groups == {"dairy": -400, "bakery": -600}
    assert sorted(line[1:] for line in returned.lines) == [("Bread", "-0.5", -600), ("Milk", "-2", -400)]


def test_return_of_what_is_left_needs_no_detail(sender, card):
    sale = a_receipt(card=card)
    first = part_of(sale, (1, "1", "2.00"))
    rest = a_return(sale, total="-8.00", bonus_eligible="-8.00", card_benefit="0", lines=None, payments=[])
    assert [verdict.status for verdict in take(sender, [sale, first, rest])] == ["accepted"] * 3
    assert sorted(line[1:] for line in kept(sender)[rest["receipt_id"]].lines) == [
        ("Bread", "-0.5", -600),
        ("Milk", "-1", -200),
    ]
    (nothing,) = take(sender, [part_of(sale, (1, "1", "2.00"))])
    assert reason(nothing) == ("exceeds_sale", "total")


def test_detail_of_a_whole_return_must_be_the_sales_own(sender, card):
    sale = a_receipt(card=card)
    wrong = a_return(sale, lines=None, groups=[{"group": "dairy", "amount": "-10.00"}])
    right = a_return(
        sale, lines=None, groups=[{"group": "dairy", "amount": "-4.00"}, {"group": "bakery", "amount": "-6.00"}]
    )
    verdicts = take(sender, [sale, wrong, right])
    assert [reason(verdict) for verdict in verdicts] == [None, ("exceeds_sale", "groups"), None]


def test_partial_return_takes_back_its_lines(sender, card):
    sale = a_receipt(card=card)
    take(sender, [sale])
    (verdict,) = take(sender, [back := part_of(sale, (1, "1", "2.00"))])
    assert verdict.level is Level.PRODUCT
    returned = kept(sender)[back["receipt_id"]]
    assert (returned.total, returned.groups, returned.lines) == (-200, {"dairy": -200}, [(1, "Milk", "-1", -200)])


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([(1, "3", "4.00")], "lines[0]"),
        ([(1, "1", "4.01")], "lines[0]"),
        ([(2, "0.1", "1.00"), (1, "1", "2.00"), (1, "2", "2.00")], "lines[2]"),
        ([(1, "-1", "4.00")], "lines[0]"),
    ],
    ids=["quantity", "amount", "together", "sign"],
)
def test_return_of_more_than_a_product_is_rejected_and_takes_nothing(sender, card, lines, place):
    sale = a_receipt(card=card)
    too_much = part_of(sale, *lines)
    verdicts = take(sender, [sale, too_much, part_of(sale, (1, "2", "4.00"), (2, "0.500", "6.00"))])
    assert [reason(verdict) for verdict in verdicts] == [None, ("exceeds_sale", place), None]


def test_second_return_cannot_take_what_the_first_took(sender, card):
    sale = a_receipt(card=card)
    half = part_of(sale, (1, "2", "4.00"))
    assert [reason(verdict) for verdict in take(sender, [sale, half])] == [None, None]
    (again,) = take(sender, [part_of(sale, (1, "1", "1.00"))])
    assert reason(again) == ("exceeds_sale", "lines[0]")


def test_part_that_earns_no_bonus_is_not_returned_twice(sender, card):
    sale = a_receipt(card=card, bonus_eligible="6.00")
    verdicts = take(
        sender,
        [
            sale,
            part_of(sale, (2, "0.5", "6.00"), bonus_eligible="0"),
            part_of(sale, (1, "2", "4.00"), bonus_eligible="-4.01"),
            part_of(sale, (1, "2", "4.00"), bonus_eligible="0"),
            part_of(sale, (2, "0.5", "6.00"), bonus_eligible="-6.00"),
        ],
    )
    assert [reason(verdict) for verdict in verdicts] == [
        None,
        ("exceeds_sale", "bonus_eligible"),
        ("bad_sign", "bonus_eligible"),
        None,
        None,
    ]


def with_rates(receipt, *rates):
    """The same with a VAT rate on each of its first lines; None is a line that tells none."""
    lines = [dict(line) for line in receipt["lines"]]
    for line, rate in zip(lines, rates, strict=False):
        line.pop("vat_rate", None)
        if rate is not None:
            line["vat_rate"] = rate
    return receipt | {"lines": lines}


def rates_of(sender, receipt):
    """What is kept of the VAT rate of each of its lines, in order."""
    found = rows(
        "SELECT vat_rate::text FROM receipt_line WHERE receipt_id = %s ORDER BY line",
        kept(sender)[receipt["receipt_id"]].id,
    )
    return [rate for (rate,) in found]


def test_return_has_the_vat_rates_of_its_sale(sender, card):
    sale = with_rates(a_receipt(card=card), "14", "10")
    part = with_rates(part_of(sale, (2, "0.1", "1.00")), None)
    rest = part_of(sale, (1, "2", "4.00"), (2, "0.4", "5.00"))
    rest = {name: value for name, value in rest.items() if name != "lines"}
    assert [verdict.status for verdict in take(sender, [sale, part, rest])] == ["accepted"] * 3
    assert rates_of(sender, sale) == ["14", "10"]
    assert rates_of(sender, part) == ["10"]
    found = {name: rate for (_, name, _, _), rate in zip(
        kept(sender)[rest["receipt_id"]].lines, rates_of(sender, rest), strict=True
    )}  # fmt: skip
    assert found == {"Milk": "14", "Bread": "10"}


def test_return_that_tells_a_rate_keeps_its_own(sender, card):
    sale = with_rates(a_receipt(card=card), "14", None)
    back = with_rates(a_return(sale), "24", "0")
    take(sender, [sale, back])
    assert rates_of(sender, back) == ["24", "0"]
    unknown = a_receipt(card=card)
    take(sender, [unknown, back := a_return(unknown)])
    assert rates_of(sender, back) == [None, None]


def test_return_that_tells_a_lot_keeps_it(sender, card):
    sale = a_receipt(card=card)
    back = a_return(sale)
    back["lines"] = [line | lot for line, lot in zip(back["lines"], ({"lot": "L-7"}, {}), strict=True)]
    take(sender, [sale, back])
    found = rows(
        "SELECT lot FROM receipt_line WHERE receipt_id = %s ORDER BY line", kept(sender)[back["receipt_id"]].id
    )
    assert found == [("L-7",), (None,)]


@pytest.mark.parametrize("second", ["24", None])
def test_return_of_a_product_sold_at_two_rates_has_none_of_them(sender, card, second):
    sale = a_receipt(card=card)
    milk, _ = sale["lines"]
    sale["lines"] = [milk | {"amount": "4.00", "vat_rate": "14"}, milk | {"line": 2, "amount": "6.00"}]
    sale = with_rates(sale, "14", second)
    back = with_rates(part_of(sale, (1, "1", "2.00")), None)
    assert [verdict.status for verdict in take(sender, [sale, back])] == ["accepted"] * 2
    assert rates_of(sender, back) == [None]


@pytest.mark.parametrize("coarse", [{"purchased_at": GROUP_TIME}, {"outlet": TOTAL_OUTLET}], ids=["GROUP", "TOTAL"])
def test_vat_rate_of_a_return_brings_nothing_to_a_coarser_sale(sender, card, coarse):
    sale = with_rates(a_receipt(card=card, **coarse), "14", "10")
    back = with_rates(a_return(sale), "24", "24")
    other = with_rates(back, "10", "10")
    assert [verdict.status for verdict in take(sender, [sale, back, other])] == ["accepted", "accepted", "duplicate"]
    assert (rates_of(sender, sale), rates_of(sender, back)) == ([], [])


def test_return_is_written_at_its_sales_level_however_late_and_fine_it_comes(sender, card):
    """A return after 1 September 2016 of a sale before it brings no product to the register (R4)."""
    sale = a_receipt(card=card, purchased_at="2016-08-31T12:00:00+03:00")
    back = part_of(sale, (1, "1", "2.00"), purchased_at="2016-09-02T12:00:00+03:00")
    total = a_receipt(card=card, outlet=TOTAL_OUTLET)
    total_back = part_of(total, (2, "0.1", "1.00"))
    take(sender, [sale, back, total, total_back])
    found = kept(sender)
    assert found[back["receipt_id"]].level == "GROUP"
    assert found[back["receipt_id"]].version == found[sale["receipt_id"]].version == 1
    assert found[back["receipt_id"]].groups == {"dairy": -200}
    assert found[total_back["receipt_id"]].groups == {}
    assert not any(found[receipt["receipt_id"]].lines for receipt in (back, total_back))


def test_return_of_a_group_sale_stays_within_its_groups(sender, card):
    sale = a_receipt(card=card, purchased_at=GROUP_TIME)
    verdicts = take(
        sender,
        [
            sale,
            part_of(sale, (1, "2", "4.01")),
            a_return(sale, total="-1.00", bonus_eligible="-1.00", lines=None, payments=[]),
            a_return(
                sale,
                total="-1.00",
                bonus_eligible="-1.00",
                lines=None,
                payments=[],
                groups=[{"group": "fish", "amount": "-1.00"}],
            ),
            part_of(sale, (1, "99", "4.00")),
        ],
    )
    assert [reason(verdict) for verdict in verdicts] == [
        None,
        ("exceeds_sale", "groups"),
        ("return_too_coarse", "groups"),
        ("not_in_sale", "groups"),
        None,
    ]


def test_return_of_a_total_sale_is_bounded_by_the_total_alone(sender, card):
    sale = a_receipt(card=card, outlet=TOTAL_OUTLET)
    beer = [{"line": 1, "name": "Beer", "group": "beer", "quantity": "-1", "unit": "pcs", "amount": "-6.00"}]
    back = a_return(sale, total="-6.00", bonus_eligible="-6.00", payments=[], lines=beer)
    again = a_return(sale, total="-6.00", bonus_eligible="-6.00", payments=[], lines=None)
    verdicts = take(sender, [sale, back, again])
    assert [reason(verdict) for verdict in verdicts] == [None, None, ("exceeds_sale", "total")]


def test_line_of_a_return_becomes_a_line_of_the_sales_product(sender, card):
    """The till names goods anew in between: the GTIN tells which they are, and the group is the sale's."""
    sale = a_receipt(card=card)
    back = part_of(sale, (1, "1", "2.00"))
    back["lines"][0] |= {"name": "MILK 1L", "group": "bakery"}
    back["lines"].append(back["lines"][0] | {"line": 2})
    back |= {"total": "-4.00", "bonus_eligible": "-4.00"}
    take(sender, [sale, back])
    returned = kept(sender)[back["receipt_id"]]
    assert returned.groups == {"dairy": -400}
    assert [line[1] for line in returned.lines] == ["Milk", "Milk"]


def test_marked_down_goods_of_one_gtin_are_returned_each_at_its_own_price(sender, card):
    milk = a_receipt()["lines"][0]
    lines = [milk, milk | {"line": 2, "name": "Milk -50%", "quantity": "1", "amount": "1.00"}]
    sale = a_receipt(card=card, lines=lines, total="5.00", bonus_eligible="5.00", payments=[])
    verdicts = take(
        sender,
        [sale, part_of(sale, (2, "1", "1.00")), part_of(sale, (2, "1", "2.00")), part_of(sale, (1, "1", "2.00"))],
    )
    assert [reason(verdict) for verdict in verdicts] == [None] * 4
    left = {}
    for receipt in kept(sender).values():
        for _, name, quantity, amount in receipt.lines:
            sums = left.setdefault(name, [Decimal(0), 0])
            sums[0] += Decimal(quantity)
            sums[1] += amount
    assert left == {"Milk": [Decimal(0), 0], "Milk -50%": [Decimal(0), 0]}


def test_return_in_another_unit_is_not_of_the_sale(sender, card):
    sale = a_receipt(card=card)
    back = part_of(sale, (1, "1", "2.00"))
    back["lines"][0]["unit"] = "kg"
    assert reason(take(sender, [sale, back])[1]) == ("not_in_sale", "lines[0]")


def test_discount_line_is_returned_with_its_product(sender, card):
    lines = [
        *a_receipt()["lines"],
        {"line": 3, "name": "Coupon", "group": "dairy", "quantity": "1", "unit": "pcs", "amount": "-1.00"},
    ]
    sale = a_receipt(card=card, lines=lines, total="9.00", bonus_eligible="9.00", payments=[])
    without_coupon = part_of(sale, (1, "2", "4.00"))
    with_coupon = part_of(sale, (1, "2", "4.00"), (3, "1", "-1.00"))
    verdicts = take(sender, [sale, without_coupon, with_coupon])
    assert [reason(verdict) for verdict in verdicts] == [None, ("exceeds_sale", "lines"), None]


@pytest.mark.parametrize("shown", [None, "somebody else's", "no card at all"])
def test_return_is_its_sales_purchasers_whoever_brings_it(sender, card, shown):
    """Goods are brought back by anybody, with any card or none: what is reversed is the purchase of who bought."""
    other = a_household(1)
    sale = a_receipt(card=card)
    back = a_return(sale, card=other.cards[0] if shown == "somebody else's" else shown)
    assert [verdict.status for verdict in take(sender, [sale, back])] == ["accepted"] * 2
    found = kept(sender)
    sold, returned = found[sale["receipt_id"]], found[back["receipt_id"]]
    assert (returned.purchaser_id, returned.household_id) == (sold.purchaser_id, sold.household_id)
    assert returned.purchaser_id not in other.persons


def test_return_of_a_sale_without_a_card_is_counted_once(sender):
    sale = a_receipt()
    back = a_return(sale)
    verdicts = take(sender, [back, sale, back])
    assert [(verdict.status, verdict.level) for verdict in verdicts] == [
        ("accepted", None),
        ("accepted", None),
        ("duplicate", None),
    ]
    assert kept(sender) == {}


def test_return_before_its_sale_is_taken_once_it_is_sent_again(sender, card):
    sale = a_receipt(card=card)
    back = a_return(sale)
    (early,) = take(sender, [back])
    assert reason(early) == ("sale_unknown", "refers_to")
    assert [verdict.status for verdict in take(sender, [back, sale])] == ["accepted"] * 2


def test_return_of_a_return_or_of_another_sources_sale_is_unknown(sender, card):
    sale = a_receipt(card=card)
    back = a_return(sale)
    take(sender, [sale, back])
    of_return = a_return(sale, refers_to=back["receipt_id"], purchased_at="2024-03-09T10:00:00Z")
    assert reason(take(sender, [of_return])[0]) == ("sale_unknown", "refers_to")
    assert reason(take(a_source(), [a_return(sale)])[0]) == ("sale_unknown", "refers_to")


def test_repeated_return_is_a_duplicate_also_after_other_returns(sender, card):
    sale = a_receipt(card=card)
    first, rest = (
        part_of(sale, (1, "1", "2.00")),
        a_return(sale, total="-8.00", bonus_eligible="-8.00", lines=None, payments=[]),
    )
    take(sender, [sale, first, rest])
    before = kept(sender)
    again = take(sender, [rest, first, sale])
    assert [verdict.status for verdict in again] == ["duplicate"] * 3
    changed = take(sender, [first | {"card_benefit": "-0.01"}, rest | {"channel": "web"}])
    assert [reason(verdict) for verdict in changed] == [("conflict", "receipt_id")] * 2
    assert kept(sender) == before


def test_return_with_the_id_of_a_sale_is_a_conflict(sender, card):
    sale = a_receipt(card=card)
    back = a_return(sale, receipt_id=sale["receipt_id"])
    assert reason(take(sender, [sale, back])[1]) == ("conflict", "receipt_id")


def test_intake_is_told_a_level_and_a_verdict_and_nothing_of_the_sale(sender, card):
    """Whoever has the application's login may become the intake: it is no way to read without a trace."""
    sale, other = a_receipt(card=card), a_receipt(card=card, purchased_at=GROUP_TIME)
    take(sender, [sale, part_of(sale, (1, "1", "2.00")), other])
    ids = [sale["receipt_id"], other["receipt_id"]]
    with login() as connection:
        [batch] = connection.execute("SELECT access.begin_batch(%s)", [sender.id]).fetchone()
        connection.execute("SET ROLE tarkka_intake")
        found = connection.execute("SELECT * FROM purchases.sales(%s, %s)", [batch, ids]).fetchall()
        assert sorted(found) == sorted([(ids[0], "PRODUCT", "PRODUCT"), (ids[1], "GROUP", "GROUP")])
        for further in (
            "* FROM purchases.locked_sales(%s, %s)",
            "* FROM receipt WHERE source_id = %s AND source_receipt_id = ANY (%s)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT {further}", [sender.id, ids])


# Properties: whatever is sent against a sale, what is stored never exceeds it, and every sum agrees.

NAMES = {
    "Milk": {"group": "dairy", "gtin": "6408430000135"},
    "Cheese": {"group": "dairy"},
    "Bread": {"group": "bakery"},
    "Coupon": {"group": "dairy"},
}
PLACES = (("prisma-1", "2024-03-05T12:30:00Z"), ("prisma-1", GROUP_TIME), ("rosso-1", GROUP_TIME))
numbers = count()


@st.composite
def sales(draw):
    lines = []
    for number, name in enumerate(draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=5)), start=1):
        amount = decimal_text(draw(st.integers(-300, -1) if name == "Coupon" else st.integers(0, 2_000)))
        line = NAMES[name] | {"line": number, "name": name, "amount": amount}
        lines.append(line | {"quantity": str(draw(st.integers(1, 3))), "unit": draw(st.sampled_from(("pcs", "kg")))})
    total = sum(cents(line["amount"]) for line in lines)
    if total < 0:
        bag = {"name": "Bag", "group": "bags", "unit": "pcs", "quantity": "1"}
        lines.append(bag | {"line": 9, "amount": decimal_text(-total)})
        total = 0
    where = draw(st.sampled_from(PLACES))
    detail = draw(st.sampled_from(("lines", "groups", None)))
    sale = a_receipt(
        receipt_id=f"sale-{next(numbers)}",
        outlet=where[0],
        purchased_at=where[1],
        total=decimal_text(total),
        bonus_eligible=decimal_text(draw(st.integers(0, total))),
        payments=[],
        lines=lines,
    )
    return sale, detail


@st.composite
def returned(draw, sale):
    """A return of some of a sale, or of a little more, as finely as the draw has it."""
    if draw(st.integers(0, 3)) == 0:
        back = a_return(sale)
    else:
        lines = []
        for line in draw(st.lists(st.sampled_from(sale["lines"]), min_size=1, max_size=3)):
            bought = cents(line["amount"])
            amount = draw(st.sampled_from((bought, bought // 2, bought + 1, 0)))
            quantity = draw(st.sampled_from((line["quantity"], "1", "0", "0.5")))
            number = len(lines) + 1
            lines.append(line | {"line": number, "quantity": negative(quantity), "amount": decimal_text(-amount)})
        total = sum(cents(line["amount"]) for line in lines)
        bonus = draw(st.sampled_from((total, 0, total // 2)))
        back = a_return(
            sale,
            lines=lines,
            total=decimal_text(total),
            bonus_eligible=decimal_text(bonus),
            card_benefit="0",
            payments=[],
        )
    return as_finely_as(back, draw(st.sampled_from(("lines", "lines", "groups", None))))


def as_finely_as(receipt, detail):
    lines = receipt.get("lines", [])
    found = {name: value for name, value in receipt.items() if name != "lines"}
    if detail == "lines":
        return receipt
    if detail == "groups":
        found["groups"] = [{"group": line["group"], "amount": line["amount"]} for line in lines]
    return found


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales(), st.data())
def test_no_returns_take_more_from_the_register_than_was_sold(household, database, drawn, data):
    """Together or one after another: what is stored of a sale and its returns is never below nothing, and agrees."""
    sale, detail = drawn
    sender = a_source()
    sale |= {
        "card": household.cards[0],
        "outlet": outlet_of("prisma") if sale["outlet"] == "prisma-1" else TOTAL_OUTLET,
    }
    backs = data.draw(st.lists(returned(sale), min_size=1, max_size=5))
    half = len(backs) // 2
    verdicts = take(sender, [as_finely_as(sale, detail), *backs[:half]])
    for back in backs[half:]:
        before = kept(sender)
        verdicts += take(sender, [back])
        assert verdicts[-1].status == "accepted" or kept(sender) == before
    receipts = kept(sender).values()
    assert len(receipts) == [verdict.status for verdict in verdicts].count("accepted")
    (sold,) = (receipt for receipt in receipts if receipt.kind == "sale")
    assert {(receipt.level, receipt.version) for receipt in receipts} == {(sold.level, sold.version)}
    total = sum(receipt.total for receipt in receipts)
    assert 0 <= sum(receipt.bonus_eligible for receipt in receipts) <= total <= sold.total
    assert 0 <= sum(receipt.card_benefit for receipt in receipts) <= sold.card_benefit
    for receipt in receipts:
        assert sum(receipt.groups.values()) == (receipt.total if sold.level != "TOTAL" else 0)
        assert sum(line[3] for line in receipt.lines) == (receipt.total if sold.level == "PRODUCT" else 0)
    for group, amount in sold.groups.items():
        left = sum(receipt.groups.get(group, 0) for receipt in receipts)
        assert min(amount, 0) <= left <= max(amount, 0)
    for name in {line[1] for line in sold.lines}:
        lines = [line for receipt in receipts for line in receipt.lines if line[1] == name]
        bought = sum(amount for _, product, _, amount in sold.lines if product == name)
        assert sum(Decimal(quantity) for _, _, quantity, _ in lines) >= 0
        assert min(bought, 0) <= sum(line[3] for line in lines) <= max(bought, 0)
    assert {line[1] for receipt in receipts for line in receipt.lines} == {line[1] for line in sold.lines}
