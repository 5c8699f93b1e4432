"""Receipts in time: the placed years, their money, and the files that they are written to."""

import csv
import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import msgspec
import pytest

from tarkka.purchases.feed import Receipt
from tarkka.sample.demo import demo_choices
from tarkka.sample.receipts import (
    LAST_DAY,
    WEEKS_TO_2016,
    count_receipts,
    ndjson,
    place_year,
    vat_rates,
    weeks_until,
    write_csv,
    write_ndjson,
    write_parquet,
)

TODAY = date(2026, 3, 18)


def _placed(sample, people, weeks):
    place_year(sample, people, weeks)
    return [json.loads(text) for text in ndjson(sample.connection)]


@pytest.fixture(scope="module")
def year_2016(part, people):
    return _placed(part, people, WEEKS_TO_2016)


@pytest.fixture(scope="module")
def recent(part, people):
    return _placed(part, people, weeks_until(TODAY))


def _level(chain, channel, day):
    """R1–R3, written once more, so that the sample is tested against the requirements and not against the code."""
    if day >= date(2016, 9, 1):
        return "TOTAL" if chain in ("hotels", "restaurants", "partners") else "PRODUCT"
    if (channel == "store" and chain in ("sokos", "emotion")) or (
        channel == "web" and chain in ("sokos", "prisma", "kodin-terra")
    ):
        return "PRODUCT"
    grouped = ("s-market", "prisma", "sale", "alepa", "kodin-terra", "s-rauta", "abc")
    return "GROUP" if channel == "store" and chain in grouped else "TOTAL"


def _levels(sample, receipts):
    chains = {outlet.code: outlet.chain for outlet in sample.outlets}
    return Counter(
        (
            _level(chains[receipt["outlet"]], receipt["channel"], date.fromisoformat(receipt["purchased_at"][:10])),
            receipt["channel"],
        )
        for receipt in receipts
    )


def test_every_receipt_is_of_the_published_form(year_2016, recent):
    for receipt in year_2016 + recent:
        msgspec.convert(receipt, Receipt)


def test_every_receipt_adds_up(year_2016):
    for receipt in year_2016:
        total = Decimal(receipt["total"])
        for part in ("lines", "groups"):
            if part in receipt:
                assert sum(Decimal(row["amount"]) for row in receipt[part]) == total
        assert abs(sum(Decimal(payment["amount"]) for payment in receipt["payments"]) - total) <= Decimal("0.02")
        assert abs(Decimal(receipt["bonus_eligible"])) <= abs(total)
        if "lines" in receipt:
            assert [line["line"] for line in receipt["lines"]] == list(range(1, len(receipt["lines"]) + 1))
            assert all(Decimal(line["quantity"]) != 0 for line in receipt["lines"])


def test_what_earns_no_bonus_is_not_eligible(year_2016):
    bare = {"fuel", "tobacco", "deposits-games", "gift-cards"}
    seen = 0
    for receipt in year_2016:
        if "lines" in receipt:
            eligible = sum(Decimal(line["amount"]) for line in receipt["lines"] if line["group"] not in bare)
            assert Decimal(receipt["bonus_eligible"]) == eligible
            seen += eligible != Decimal(receipt["total"])
    assert seen > 100


def test_fuel_is_in_litres_at_a_believable_price(year_2016):
    fuel = [line for receipt in year_2016 for line in receipt.get("lines", ()) if line["group"] == "fuel"]
    assert fuel
    for line in fuel:
        assert line["unit"] == "l"
        if Decimal(line["amount"]) > 5:
            assert Decimal("1.4") < Decimal(line["amount"]) / Decimal(line["quantity"]) < Decimal("1.7")


@pytest.mark.parametrize(
    ("day", "general", "food", "reduced"),
    [
        (date(2016, 9, 1), "24", "14", "10"),
        (date(2024, 8, 31), "24", "14", "10"),
        (date(2024, 9, 1), "25.5", "14", "10"),
        (date(2025, 1, 1), "25.5", "14", "14"),
        (date(2025, 12, 31), "25.5", "14", "14"),
        (date(2026, 1, 1), "25.5", "13.5", "13.5"),
    ],
)
def test_vat_rates_are_those_of_the_day(day, general, food, reduced):
    assert vat_rates(day) == {"general": general, "food": food, "reduced": reduced}


def test_lines_of_sales_have_the_vat_rates_of_their_day_and_group(year_2016, recent):
    bare = {"deposits-games", "gift-cards", "other"}
    seen = Counter()
    for receipt in year_2016 + recent:
        for line in receipt.get("lines", ()):
            if receipt["kind"] == "return" or line["group"] in bare:
                assert "vat_rate" not in line
                seen["none"] += 1
                continue
            rates = vat_rates(date.fromisoformat(receipt["purchased_at"][:10]))
            assert line["vat_rate"] in rates.values()
            for group, kind in (("milk", "food"), ("beer", "general"), ("health", "reduced")):
                if line["group"] == group:
                    assert line["vat_rate"] == rates[kind]
                    seen[line["vat_rate"]] += 1
    assert set(seen) == {"none", "24", "14", "10", "25.5", "13.5"}


def test_all_levels_and_both_channels_occur_in_each_placement(part, year_2016, recent):
    assert set(_levels(part, year_2016)) == {
        ("PRODUCT", "store"), ("PRODUCT", "web"), ("GROUP", "store"), ("TOTAL", "store"), ("TOTAL", "web"),
    }  # fmt: skip
    # No web shop is at GROUP (R1, R2), and nothing is since 1 September 2016 (R3).
    assert set(_levels(part, recent)) == {
        ("PRODUCT", "store"), ("PRODUCT", "web"), ("TOTAL", "store"), ("TOTAL", "web"),
    }  # fmt: skip


def test_a_web_shop_sells_on_the_web_and_no_other_outlet_does(year_2016):
    assert all((receipt["channel"] == "web") == receipt["outlet"].endswith("-web") for receipt in year_2016)


def test_partners_send_totals_hotels_groups_and_all_others_lines(year_2016):
    for receipt in year_2016:
        chain = receipt["outlet"]
        assert ("groups" in receipt) == chain.startswith("hotels-")
        assert ("lines" in receipt) == (not chain.startswith(("hotels-", "partners-")))


def test_the_move_keeps_the_weekday_and_the_hour(part, people):
    first = place_year(part, people, WEEKS_TO_2016)
    assert first == date(2016, 1, 3)
    moved = part.connection.execute(
        "SELECT content.wall, schedule.wall FROM schedule JOIN content USING (basket_id, kind)"
    ).fetchall()
    assert all(now.weekday() == was.weekday() and now.time() == was.time() for was, now in moved)
    assert all(now - was == timedelta(weeks=WEEKS_TO_2016) for was, now in moved)


def test_the_first_of_september_2016_falls_inside(year_2016):
    days = {receipt["purchased_at"][:10] for receipt in year_2016}
    assert "2016-08-31" in days
    assert "2016-09-01" in days


@pytest.mark.parametrize("number", range(14))
def test_the_recent_year_ends_in_the_week_before_today(number):
    today = TODAY + timedelta(days=number)
    end = LAST_DAY + timedelta(weeks=weeks_until(today))
    assert timedelta(days=1) <= today - end <= timedelta(days=7)


def test_nothing_is_bought_today_or_later(recent):
    assert max(receipt["purchased_at"] for receipt in recent)[:10] < TODAY.isoformat()


def test_a_recent_year_that_would_overlap_2016_is_refused():
    with pytest.raises(ValueError, match="too early"):
        weeks_until(date(2017, 12, 1))


def test_times_are_of_helsinki_and_most_fall_in_the_day(recent):
    hours = Counter()
    for receipt in recent:
        moment = datetime.fromisoformat(receipt["purchased_at"])
        hours[moment.hour] += 1
        assert moment.utcoffset() in (timedelta(hours=2), timedelta(hours=3))
    assert sum(hours[hour] for hour in range(7, 23)) > 0.9 * sum(hours.values())
    summer = next(receipt for receipt in recent if receipt["purchased_at"][5:7] == "07")
    assert summer["purchased_at"].endswith("+03:00")


def test_a_small_share_has_no_card_and_no_benefit_of_one(year_2016):
    bare = [receipt for receipt in year_2016 if "card" not in receipt]
    assert 0.01 < len(bare) / len(year_2016) < 0.03
    assert all(Decimal(receipt["card_benefit"]) == 0 for receipt in bare)
    assert not any(payment["method"] == "group_card" for receipt in bare for payment in receipt["payments"])


def test_returns_come_after_their_sale_and_do_not_exceed_it(year_2016):
    sales = {receipt["receipt_id"]: receipt for receipt in year_2016 if receipt["kind"] == "sale"}
    returns = [receipt for receipt in year_2016 if receipt["kind"] == "return"]
    assert 0.001 < len(returns) / len(sales) < 0.005
    assert [receipt["kind"] for receipt in year_2016[-len(returns) :]] == ["return"] * len(returns)
    for receipt in returns:
        sale = sales[receipt["refers_to"]]
        assert receipt["purchased_at"] > sale["purchased_at"]
        assert receipt.get("card") == sale.get("card")
        assert receipt["outlet"] == sale["outlet"]
        assert -Decimal(sale["total"]) <= Decimal(receipt["total"]) < 0
        assert -Decimal(sale["bonus_eligible"]) <= Decimal(receipt["bonus_eligible"]) <= 0
        for line in receipt.get("lines", ()):
            sold = [row for row in sale["lines"] if row["product_code"] == line["product_code"]]
            assert Decimal(line["amount"]) == -Decimal(sold[0]["amount"])
            assert Decimal(line["quantity"]) == -Decimal(sold[0]["quantity"])


def test_some_returns_are_whole_and_some_partial(whole):
    rows = whole.connection.execute(
        "SELECT (returned.total::DECIMAL(12, 2) + sale.total::DECIMAL(12, 2) = 0) AS is_whole, count(*)"
        " FROM content returned JOIN content sale USING (basket_id)"
        " WHERE returned.kind = 'return' AND sale.kind = 'sale' GROUP BY ALL"
    ).fetchall()
    assert all(count > 50 for _, count in rows)
    assert len(rows) == 2


def test_sales_stand_in_order_of_time_and_ids_are_unique(year_2016):
    moments = [
        datetime.fromisoformat(receipt["purchased_at"]).replace(tzinfo=None)
        for receipt in year_2016
        if receipt["kind"] == "sale"
    ]
    assert moments == sorted(moments)
    assert len({receipt["receipt_id"] for receipt in year_2016}) == len(year_2016)


def test_the_two_placements_share_no_receipt_id(year_2016, recent):
    assert {receipt["receipt_id"] for receipt in year_2016}.isdisjoint(receipt["receipt_id"] for receipt in recent)


def test_the_same_call_gives_the_same_receipts(part, people, year_2016):
    assert _placed(part, people, WEEKS_TO_2016) == year_2016


def test_every_card_is_one_of_the_people_file_and_of_the_right_household(part, people, year_2016):
    owners = {}
    for row in people.read_text().splitlines():
        household = json.loads(row)
        for person in household["persons"]:
            for card in person["cards"]:
                owners[card["number"]] = household["household"]
    households = dict(part.connection.execute("SELECT basket_id, 'h' || household_id FROM basket").fetchall())
    for receipt in year_2016:
        if "card" in receipt:
            assert owners[receipt["card"]] == households[int(receipt["receipt_id"].split("-")[1])]


def test_ndjson_parquet_and_csv_hold_the_same_receipts(part, people, year_2016, tmp_path):
    place_year(part, people, WEEKS_TO_2016)
    assert count_receipts(part.connection) == len(year_2016)
    write_ndjson(part.connection, tmp_path / "year.ndjson")
    assert [json.loads(line) for line in (tmp_path / "year.ndjson").read_text().splitlines()] == year_2016

    write_parquet(part.connection, tmp_path / "year.parquet")
    with duckdb.connect() as connection:
        found = connection.execute("FROM read_parquet(?)", [str(tmp_path / "year.parquet")])
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert [_without_nulls(row) for row in rows] == year_2016

    write_csv(part.connection, tmp_path / "year.csv")
    with (tmp_path / "year.csv").open(newline="") as file:
        lines = defaultdict(list)
        for row in csv.DictReader(file):
            lines[row["receipt_id"]].append(row)
    assert set(lines) == {receipt["receipt_id"] for receipt in year_2016}
    for receipt in year_2016[:500] + year_2016[-20:]:
        flat = lines[receipt["receipt_id"]]
        assert json.loads(flat[0]["payments"]) == receipt["payments"]
        assert [flat[0][name] for name in ("total", "outlet", "purchased_at")] == [
            receipt[name] for name in ("total", "outlet", "purchased_at")
        ]
        wanted = receipt.get("lines") or receipt.get("groups") or [{"group": "", "amount": ""}]
        assert [(row["group"], row["amount"]) for row in flat] == [(row["group"], row["amount"]) for row in wanted]


def _without_nulls(value):
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value


def test_the_whole_year_is_all_there(whole, people):
    (receipts, returns, cardless) = whole.connection.execute(
        "SELECT count(*) FILTER (kind = 'sale'), count(*) FILTER (kind = 'return'), count(*) FILTER (NOT has_card)"
        " FROM content"
    ).fetchone()
    assert receipts == 155_848
    assert returns == 396
    assert 0.015 < cardless / receipts < 0.025
    (lines,) = whole.connection.execute(
        "SELECT count(*) FROM source_transactions JOIN product USING (product_id)"
    ).fetchone()
    assert lines == 1_469_307


def test_each_demo_person_has_receipts_at_every_level(whole, people):
    place_year(whole, people, WEEKS_TO_2016)
    cards = {}
    for row in people.read_text().splitlines():
        for person in json.loads(row)["persons"]:
            cards |= {card["number"]: person["key"] for card in person["cards"]}
    chains = {outlet.code: outlet.chain for outlet in whole.outlets}
    wanted = {choice.key for choice in demo_choices()}
    levels = defaultdict(Counter)
    for card, outlet, channel, wall in whole.connection.execute(
        "SELECT card, outlet, channel, schedule.wall FROM schedule JOIN content USING (basket_id, kind)"
        " WHERE card IS NOT NULL"
    ).fetchall():
        if cards[card] in wanted:
            levels[cards[card]][_level(chains[outlet], channel, wall.date())] += 1
    assert set(levels) == wanted
    for key, counts in levels.items():
        assert set(counts) == {"TOTAL", "GROUP", "PRODUCT"}, key
    assert sum(levels["h762-1"].values()) > 200
    assert 8 <= sum(levels["h1399-1"].values()) <= 15
