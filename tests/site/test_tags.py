"""The tags and filters that pages are written with."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2016, 11, 22, 14, 5, tzinfo=UTC)


def rendered(source: str, language: str = "fi", **context: object) -> str:
    from django.template import engines
    from django.utils import translation

    with translation.override(language):
        return engines["django"].from_string(source).render(context).replace("\xa0", " ").replace("&nbsp;", " ").strip()


@pytest.mark.parametrize(
    ("level", "strokes", "words"),
    [
        ("TOTAL", 1, {"fi": "Loppusumma", "sv": "Slutsumma", "en": "Total"}),
        ("GROUP", 3, {"fi": "Tuoteryhmät", "sv": "Produktgrupper", "en": "Groups"}),
        ("PRODUCT", 5, {"fi": "Tuotteet", "sv": "Produkter", "en": "Products"}),
    ],
)
def test_the_level_mark_has_its_strokes_and_always_its_word(level, strokes, words):
    from tarkka.vocabulary import Level

    for language, word in words.items():
        drawn = rendered("{% level level %}", language, level=Level[level])
        assert drawn.count("<path") == strokes
        assert 'aria-hidden="true"' in drawn
        assert drawn.endswith(f"</svg>{word}</span>")


@pytest.mark.parametrize(
    ("ago", "fi", "sv", "en"),
    [
        (timedelta(hours=2), "tänään klo 14.05", "i dag kl. 14:05", "today at 14:05"),
        (timedelta(hours=17), "eilen klo 23.05", "i går kl. 23:05", "yesterday at 23:05"),
        (timedelta(days=2), "su 20.11. klo 16.05", "sön 20 nov. kl. 16:05", "Sun 20 Nov at 16:05"),
    ],
)
def test_a_moment_is_told_as_near_as_it_is(monkeypatch, ago, fi, sv, en):
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: NOW)
    told = [rendered("{{ at|recently }}", language, at=NOW - ago) for language in ("fi", "sv", "en")]
    assert told == [fi, sv, en]


def test_a_moment_is_told_in_the_registers_time_zone():
    assert rendered("{{ at|moment }}", at=datetime(2016, 8, 31, 21, 0, tzinfo=UTC)) == "1.9.2016 klo 0.00"
    assert rendered("{{ at|day }}", at=datetime(2016, 8, 31, 20, 59, tzinfo=UTC)) == "31.8.2016"


@pytest.mark.parametrize(
    ("quantity", "unit", "amount_cents", "told"),
    [
        ("1", "pcs", 249, "1"),
        ("3", "pcs", 345, "3 × 1,15"),
        ("-3", "pcs", -345, "−3 × 1,15"),
        ("3", "pcs", 1000, "3 ≈ 3,33/kpl"),
        ("0.642", "kg", 1278, "0,642 kg ≈ 19,91/kg"),
        ("0.5", "kg", 600, "0,5 kg × 12,00"),
        ("0", "pcs", 100, "0"),
        ("2", "crate", 300, "2 crate × 1,50"),
    ],
)
def test_a_unit_price_is_exact_or_says_that_it_is_not(quantity, unit, amount_cents, told):
    from tarkka.purchases.queries import Line

    line = Line(1, "Milk", "", Decimal(quantity), unit, amount_cents, "dairy", None, None)
    assert rendered("{% load receipts %}{{ line|quantity }}", line=line) == told


def test_a_word_that_nobody_wrote_is_shown_as_the_source_wrote_it():
    assert rendered('{{ "cash"|word:"payment_method" }}') == "Maksettu käteisellä"
    assert rendered('{{ "barter"|word:"payment_method" }}') == "barter"


def test_what_a_source_wrote_cannot_become_markup():
    from tarkka.purchases.queries import Line

    line = Line(1, "", "", Decimal(2), "<b>", 300, "dairy", None, None)
    assert "<b>" not in rendered("{% load receipts %}{{ line|quantity }}", line=line)
