"""The receipt parser: whatever comes, it answers; and what it answers holds nothing that the source wrote."""

import json
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import RULES, receipts
from tarkka.purchases.feed import REASONS, GroupAmount, Line, Payment, Receipt, Rejection, parse
from tarkka.purchases.minimising import Minimised

FIELDS = {name for struct in (Receipt, Line, Payment, GroupAmount) for name in struct.__struct_fields__}
OWN_WORDS = re.compile(rf"(?:\.?(?:{'|'.join(FIELDS)})|\[\d+\])*")


def judge(raw: bytes) -> Receipt | Minimised | Rejection:
    """Parse and minimise; whatever is rejected is told in our own words."""
    found = parse(raw)
    if isinstance(found, Receipt):
        found = RULES.minimise(found)
    if isinstance(found, Rejection):
        assert found.reason in REASONS
        assert OWN_WORDS.fullmatch(found.place), found.place
    return found


@settings(max_examples=150, deadline=None)
@given(receipts())
def test_every_receipt_that_agrees_with_itself_passes(receipt):
    assert isinstance(judge(json.dumps(receipt).encode()), Minimised)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_judged(raw):
    judge(raw)


ODD = [b"\0", b"\xff", b"\\u0000", rb"\ud800", b'"', b"[", b"{", b"}", b"-", b"1e999", b"9" * 400, b"null", b",", b"\\"]
SNIPPETS = st.one_of(st.binary(max_size=4), st.sampled_from(ODD))


@settings(max_examples=500, deadline=None)
@given(receipts(), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), SNIPPETS), min_size=1, max_size=4))
def test_spoilt_receipt_is_judged(receipt, cuts):
    raw = json.dumps(receipt, ensure_ascii=False).encode()
    for where, length, snippet in cuts:
        start = int(where * len(raw))
        raw = raw[:start] + snippet + raw[start + length :]
    judge(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(receipts(), st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(max_size=20), json_values, max_size=4))
def test_receipt_with_any_values_is_judged(receipt, changes):
    line = receipt["lines"][0] if "lines" in receipt else {}
    for name, value in changes.items():
        (line if name in Line.__struct_fields__ else receipt)[name] = value
    judge(json.dumps(receipt).encode())


DEEP = [b"[" * 100_000, b'{"a":' * 100_000, b'{"lines":' + b"[" * 100_000, b'{"payments":[{"method":' + b"[" * 100_000]


@pytest.mark.parametrize("raw", DEEP, ids=["arrays", "objects", "in lines", "in payments"])
def test_deep_nesting_is_judged(raw):
    assert isinstance(judge(raw), Rejection)


SECRET = "Planted milk"
QUOTING = [
    {SECRET: 1},
    {f"x - at `$.{SECRET}": 1},
    {f"x - at `${SECRET}": 1},
    {"kind": SECRET},
    {"lines": [{SECRET: 1}]},
    {"lines": [{f"a` - at `$.lines[0].name.{SECRET}": 1}]},
    {"lines": SECRET},
    {"payments": [{"method": {SECRET: SECRET}, "amount": "1"}]},
    SECRET,
    [SECRET],
]


@pytest.mark.parametrize("text", QUOTING, ids=range(len(QUOTING)))
def test_rejection_quotes_nothing_of_the_source(text):
    found = judge(json.dumps(text).encode())
    assert isinstance(found, Rejection)
    assert "Planted" not in str(found)


def test_place_names_the_very_field():
    for text, place in (
        ({"receipt_id": "a"}, "kind"),
        ({"payments": [{"method": "card"}]}, "payments[0].amount"),
        ({"lines": [{"line": "1"}]}, "lines[0].line"),
    ):
        found = judge(json.dumps(text).encode())
        assert found == Rejection("bad_shape", place)


def test_every_message_of_the_parser_is_understood():
    """The parser's messages are not its interface: where its wording changes, places would silently be lost."""
    with pytest.raises(msgspec.ValidationError, match=r"^Object contains unknown field `b` - at `\$\.lines\[0\]`$"):
        msgspec.json.decode(b'{"lines": [{"b": 1}]}', type=Receipt)
    with pytest.raises(msgspec.ValidationError, match=r"^Object missing required field `receipt_id`$"):
        msgspec.json.decode(b"{}", type=Receipt)
