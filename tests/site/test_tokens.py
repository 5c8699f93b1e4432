"""The look's promises that can be measured: contrast in both themes, and one place for colours."""

import re

import pytest

from tarkka.site.messages import ROOT

STATIC = ROOT / "site" / "static" / "tarkka"
TEXT_ON = {
    "paper": ("ink", "ink-soft", "spruce", "lingon"),
    "sheet": ("ink", "ink-soft", "spruce", "lingon", "amber"),
    "shade": ("ink", "ink-soft", "spruce"),
    "spruce-soft": ("ink", "ink-soft", "spruce"),
    "lingon-soft": ("ink", "lingon"),
    "amber-soft": ("ink", "amber"),
    "spruce": ("paper",),
    "ink": ("paper",),
}
STROKES_ON = {"paper": ("edge", "focus"), "sheet": ("edge", "focus"), "shade": ("focus",)}


def themes() -> dict[str, dict[str, str]]:
    css = (STATIC / "tokens.css").read_text()
    light, dark = css.split("prefers-color-scheme: dark")
    tokens = r"--([\w-]+): (#[0-9a-f]{6});"
    return {"light": dict(re.findall(tokens, light)), "dark": dict(re.findall(tokens, dark))}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_ON, 4.5), (STROKES_ON, 3.0)])
def test_what_is_to_be_read_stands_out(theme, pairs, least):
    tokens = themes()[theme]
    found = {(on, what): contrast(tokens[on], tokens[what]) for on, whats in pairs.items() for what in whats}
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < least} == {}


def test_both_themes_have_the_same_colours():
    assert themes()["light"].keys() == themes()["dark"].keys()


def test_no_colour_stands_outside_the_tokens():
    # Black in a mask is a shape, not a colour.
    pages = (STATIC / "pages.css").read_text().replace("#0000", "").replace("#000", "")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsl", pages) == []


def test_nothing_is_fetched_from_elsewhere():
    for css in STATIC.glob("*.css"):
        for address in re.findall(r"url\(\"?([^)\"]+)", css.read_text()):
            assert (STATIC / address).is_file(), address
        assert "@import" not in css.read_text()
