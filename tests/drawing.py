"""Receipts drawn by hypothesis: shapes that the format has, with what people and tills put in them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tarkka.description.loading import load
from tarkka.description.rulebook import PublishedVersion, Rulebook
from tarkka.purchases.minimising import Outlet, Rules
from tarkka.vocabulary import decimal_text

OUTLETS = {"prisma-1": "prisma", "sokos-1": "sokos", "rosso-1": "restaurants", "m&s-1": "marks-and-spencer"}
GTINS = ("6408430000135", "73513537", "036000291452", "00012345600012")

S_GROUP = load(Path(__file__).parents[1] / "descriptions" / "s_group.toml")
RULES = Rules(
    Rulebook(
        PublishedVersion(number, day, S_GROUP.as_of(day))
        for number, day in enumerate((date(2014, 5, 1), date(2016, 9, 1)), start=1)
    ),
    {code: Outlet(number, chain, True) for number, (code, chain) in enumerate(OUTLETS.items())},
    "EUR",
    datetime(2026, 1, 1, tzinfo=UTC),
)
"""The reference description's rules, without a register."""

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@st.composite
def receipts(draw: st.DrawFn, *, kind: str = "sale", channels: tuple[str, ...] = ("store", "web")) -> dict[str, Any]:
    """A sale with lines, with groups or with neither, whose amounts agree."""
    parts = draw(st.lists(st.integers(min_value=0, max_value=100_000), min_size=1, max_size=6))
    total = sum(parts)
    receipt: dict[str, Any] = {
        "receipt_id": draw(texts),
        "kind": kind,
        "outlet": draw(st.sampled_from(sorted(OUTLETS))),
        "channel": draw(st.sampled_from(channels)),
        "purchased_at": draw(
            st.sampled_from(("2015-03-05T12:30:00+02:00", "2016-08-31T23:59:59+03:00", "2024-03-05T12:30:00Z"))
        ),
        "currency": "EUR",
        "total": decimal_text(total),
        "bonus_eligible": decimal_text(draw(st.integers(min_value=0, max_value=total))),
        "card_benefit": decimal_text(draw(st.integers(min_value=0, max_value=1_000))),
        "payments": draw(st.sampled_from(([], [{"method": "card", "amount": decimal_text(total)}]))),
    }
    if draw(st.booleans()):
        receipt["card"] = "9000"
    detail = draw(st.sampled_from(("lines", "groups", None)))
    if detail == "lines":
        receipt["lines"] = [draw(_lines(number, amount)) for number, amount in enumerate(parts, start=1)]
    elif detail == "groups":
        receipt["groups"] = [{"group": draw(texts), "amount": decimal_text(amount)} for amount in parts]
    return receipt


@st.composite
def _lines(draw: st.DrawFn, number: int, amount: int) -> dict[str, Any]:
    line: dict[str, Any] = {
        "line": number,
        "name": draw(texts),
        "group": draw(st.sampled_from(("dairy", "bakery", "fruit"))),
        "quantity": format(draw(st.decimals(min_value=0, max_value=999, places=3)), "f"),
        "unit": draw(st.sampled_from(("pcs", "kg", "l"))),
        "amount": decimal_text(amount),
    }
    if draw(st.booleans()):
        line["gtin"] = draw(st.sampled_from(GTINS))
    if draw(st.booleans()):
        line["lot"] = draw(texts)
    if draw(st.booleans()):
        line["vat_rate"] = draw(st.sampled_from(("0", "14", "13.5", "100.00")))
    return line
