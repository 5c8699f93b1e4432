"""A card's bars are read back as its number, whatever it is; by a decoder that knows nothing of how they were drawn."""

import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from tarkka.portal.barcodes import Bars, drawn


def read(bars: Bars) -> list[tuple[str, str]]:
    """Draw the bars as a browser does, two pixels a module, and read them."""
    row = bytearray(b"\xff" * bars.pixels[0])
    for at, wide in re.findall(rf"M(\d+) 0h(\d+)v{bars.height}h-\2z", bars.path):
        row[2 * int(at) : 2 * (int(at) + int(wide))] = bytes(2 * int(wide))
    picture = memoryview(bytes(row) * bars.pixels[1]).cast("B", (bars.pixels[1], len(row)))
    return [(str(each.format), each.text) for each in zxingcpp.read_barcodes(picture, try_invert=False)]


@pytest.mark.parametrize(
    ("number", "symbology"),
    [
        ("6408430000135", "EAN-13"),
        ("4006381333931", "EAN-13"),
        ("6408430000136", "Code 128"),  # its check digit is wrong
        ("9031377850471300", "Code 128"),
        ("123", "Code 128"),
        ("S-12-ab", "Code 128"),
    ],
)
def test_bars_are_read_back_as_the_number(number: str, symbology: str) -> None:
    bars = drawn(number)
    assert bars is not None
    assert bars.symbology == symbology
    assert read(bars) == [(symbology, number)]


@given(st.from_regex(r"[0-9]{8,19}", fullmatch=True))
def test_any_number_is_read_back(number: str) -> None:
    bars = drawn(number)
    assert bars is not None
    assert [text for _, text in read(bars)] == [number]


def test_number_that_no_bars_can_say_has_none() -> None:
    assert drawn("kortti-ä") is None


def test_quiet_zones_are_kept_free() -> None:
    for number, before, after in (("6408430000135", 11, 7), ("9031377850471300", 10, 10)):
        bars = drawn(number)
        assert bars is not None
        edges = [(int(at), int(at) + int(wide)) for at, wide in re.findall(r"M(\d+) 0h(\d+)", bars.path)]
        assert edges[0][0] == before
        assert bars.width - edges[-1][1] == after


def test_card_fits_a_phone_at_a_whole_number_of_pixels() -> None:
    bars = drawn("9031377850471300")
    assert bars is not None
    assert bars.pixels[0] <= 288
