"""Charts: bars as long as their figures, inside their drawing, and the same figures as a table."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarkka.web import charts
from tarkka.web.charts import Figure
from tarkka.wording import formats

amounts = st.integers(min_value=-(10**9), max_value=10**9)


@st.composite
def figures(draw: st.DrawFn, most: int = 12) -> list[Figure]:
    has_before = draw(st.booleans())
    return [
        Figure(f"Figure {place}", draw(amounts), draw(amounts) if has_before else None)
        for place in range(draw(st.integers(min_value=1, max_value=most)))
    ]


def percent(text: str) -> float:
    assert text.endswith("%")
    return float(text[:-1])


def drawn(chart: charts.Columns | charts.Bars) -> list[tuple[int, charts.Rect]]:
    """Return every bar with the amount that it stands for."""
    rows = chart.columns if isinstance(chart, charts.Columns) else chart.bars
    return [
        (amount, rect)
        for row in rows
        for amount, rect in ((row.figure.amount, row.bar), (row.figure.before, row.before))
        if rect is not None and amount is not None
    ]


@given(figures())
def test_columns_are_as_high_as_their_amounts_and_stand_on_zero(shown):
    chart = charts.columns(shown, str, places=12)
    ys = {int(line.label): float(line.y) for line in chart.lines}
    highest, lowest = max(ys), min(ys)
    a_unit = charts.COLUMNS_HEIGHT / (highest - lowest)
    assert lowest <= 0 <= highest
    for amount, bar in drawn(chart):
        top, height = float(bar.y), float(bar.height)
        assert height == pytest.approx(abs(amount) * a_unit, abs=0.02)
        assert (top + height if amount >= 0 else top) == pytest.approx(ys[0], abs=0.02)
        assert 0 <= top <= top + height <= chart.height


@given(figures())
def test_columns_stand_apart_inside_the_drawing_with_their_labels_under_them(shown):
    chart = charts.columns(shown, str, places=12)
    end = 0.0
    for column in chart.columns:
        parts = [bar for bar in (column.before, column.bar) if bar is not None]
        for bar in parts:
            assert percent(bar.x) >= end - 0.01
            end = percent(bar.x) + percent(bar.width)
        assert percent(parts[0].x) < percent(column.middle) < end
    assert end <= 100


@given(figures())
def test_the_scale_has_few_round_steps_zero_among_them(shown):
    chart = charts.columns(shown, str, places=12)
    steps = [int(line.label) for line in chart.lines]
    assert 2 <= len(steps) <= 6
    assert steps == sorted(steps, reverse=True)
    assert [line.is_zero for line in chart.lines].count(True) == 1
    (step,) = {before - after for before, after in pairwise(steps)}
    assert re.fullmatch("[125]0*", str(step // 100)), step
    values = [value for amount, _ in drawn(chart) for value in [amount]]
    assert steps[-1] <= min(values) <= max(values) <= steps[0]


@given(figures())
def test_lines_of_the_scale_stand_in_order_inside_the_drawing(shown):
    chart = charts.columns(shown, str, places=12)
    ys = [float(line.y) for line in chart.lines]
    assert ys == sorted(ys)
    # A label is half as high as the margin on both sides of its line, so no two touch and none is cut.
    assert all(after - before >= 24 for before, after in pairwise(ys))
    assert 8 <= ys[0] < ys[-1] <= chart.height - 8


@given(figures(most=20))
def test_lying_bars_share_one_scale_and_begin_at_zero(shown):
    chart = charts.bars(shown)
    values = [amount for amount, _ in drawn(chart)]
    lowest, highest = min([0, *values]), max([0, *values])
    zero = 0.0 if chart.zero is None else percent(chart.zero)
    assert (chart.zero is None) == (lowest == 0)
    for amount, bar in drawn(chart):
        left, width = percent(bar.x), percent(bar.width)
        assert width == pytest.approx(100 * abs(amount) / (highest - lowest or 1), abs=0.002)
        assert (left if amount >= 0 else left + width) == pytest.approx(zero, abs=0.002)
        assert -0.001 <= left <= left + width <= 100.002


def test_nothing_spent_is_a_line_without_bars_of_any_height():
    chart = charts.columns([Figure("January", 0)], str, places=12)
    assert [line.label for line in chart.lines] == ["100", "0"]
    assert chart.columns[0].bar.height == "0.00"
    assert charts.bars([Figure("A", 0)]).bars[0].bar.width == "0.000%"
    assert charts.bars([]).bars == ()


def test_a_change_is_told_only_where_something_is_compared():
    assert Figure("A", 5).change is None
    assert Figure("A", 5, 8).change == -3


@pytest.mark.parametrize("template", ["web/chart_columns.html", "portal/chart_bars.html"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_lengths_are_written_as_svg_reads_them_in_every_language(site, template, language):
    from django.template.loader import render_to_string
    from django.utils import translation

    shown = [Figure("A", 123456, 98765, short="a", narrow="b"), Figure("B", -4321, 0, short="c", narrow="d")]
    chart = charts.columns(shown, str, places=12) if "columns" in template else charts.bars(shown)
    with translation.override(language):
        html = render_to_string(template, {"chart": chart, "currency": "EUR", "label": "Spending"})
    lengths = re.findall(r' (?:x|y|x1|x2|y1|y2|width|height)="([^"]*)"', html)
    assert lengths
    assert [length for length in lengths if not re.fullmatch(r"[0-9]+(\.[0-9]+)?%?", length)] == []
    assert "style=" not in html


def test_every_bar_has_a_label_and_the_table_has_every_figure(site):
    from django.template.loader import render_to_string

    shown = [Figure(f"Month {place}", place * 1000, place, short=f"m{place}", narrow=str(place)) for place in range(12)]
    total = Figure("2026", 66000, 66)
    chart = charts.columns(shown, str, places=12)
    svg = render_to_string("web/chart_columns.html", {"chart": chart, "label": "Spending by month"})
    assert 'role="img" aria-label="Spending by month"' in svg
    assert svg.count("<rect") == 24
    assert re.findall(r'class="short"[^>]*>([^<]*)<', svg) == [figure.short for figure in shown]
    assert re.findall(r'class="narrow"[^>]*>([^<]*)<', svg) == [figure.narrow for figure in shown]
    table = render_to_string(
        "portal/chart_table.html",
        {"figures": chart.figures, "total": total, "earlier": "2025", "currency": "EUR", "caption": "c", "word": "w"},
    )
    assert table.startswith('<details class="figures"><summary>')
    rows = [re.findall(r"<t[hd] [^>]*>([^<]*)<", row) for row in table.split("<tr")[2:]]
    assert rows == [
        [
            "Yhteensä" if figure is total else figure.label,
            formats.money(figure.amount, "EUR", "fi"),
            formats.money(figure.before or 0, "EUR", "fi"),
            formats.change(figure.change or 0, "EUR", "fi"),
        ]
        for figure in (*shown, total)
    ]


@pytest.mark.parametrize(
    ("amount", "before", "share"),
    [(110, 100, "+10%"), (90, 100, "\u221210%"), (-50, 100, "\u2212150%"), (100, 100, ""), (100, 0, ""), (9, -3, ""),
     (1101, 100, ""), (100, None, "")],
)  # fmt: skip
def test_a_change_has_a_share_only_where_that_tells_something(site, amount, before, share):
    from django.utils import translation

    from tarkka.web.templatetags.charts import change_share

    with translation.override("en"):
        assert change_share(Figure("A", amount, before)) == share
