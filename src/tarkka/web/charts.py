"""Charts as accessible SVG, drawn on the server in the strokes of the level mark.

Here is the geometry; the templates `chart_….html` draw it, and the stylesheet colours it. Widths are percent and
heights pixels, so that a chart fits a phone and a desk and its words keep their size.
Every chart has its figures as a table beside it, made of the same `Figure`s.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

COLUMNS_HEIGHT = 168
"""Pixels between the highest and the lowest line of a chart of columns."""
_MARGIN = 9
"""Pixels above the highest line and below the lowest: half of a label of the scale."""
_MOST_STEPS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """What a chart shows of one thing, and as a table: its amount in cents, and that of the compared period if any.

    `short` and `narrow` are the label for an axis, on a desk and on a phone. `level` marks what is known no finer.
    """

    label: str
    amount: int
    before: int | None = None
    short: str = ""
    narrow: str = ""
    address: str = ""
    level: int | None = None

    @property
    def change(self) -> int | None:
        """How much more than in the compared period, in cents."""
        return None if self.before is None else self.amount - self.before


@dataclass(frozen=True, slots=True)
class Rect:
    """A bar: lengths as SVG writes them, percent across and pixels down."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the scale with its label."""

    y: str
    label: str
    is_zero: bool


@dataclass(frozen=True, slots=True)
class Column:
    """The bars of one figure, and the middle of its label."""

    figure: Figure
    middle: str
    bar: Rect
    before: Rect | None


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of upright bars. `height` in pixels includes the margins, not the labels below."""

    height: int
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures in their order."""
        return tuple(column.figure for column in self.columns)


@dataclass(frozen=True, slots=True)
class Bar:
    """The lying bars of one figure, from the chart's zero."""

    figure: Figure
    bar: Rect
    before: Rect | None


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of lying bars, one a row, all on one scale. `zero` is where they begin if some lie below zero."""

    bars: tuple[Bar, ...]
    zero: str | None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures in their order."""
        return tuple(bar.figure for bar in self.bars)


def columns(figures: Sequence[Figure], label: Callable[[int], str], *, places: int, unit: int = 100) -> Columns:
    """Return the chart of some figures, each with the compared period's bar on its left, in the first of some places.

    `label` writes an amount for the scale, whose steps are whole units: of 100 for cents, of 1 for what is counted.
    """
    lowest, highest, step = _scale([value for figure in figures for value in _values(figure)], unit)

    def y(amount: int) -> float:
        return _MARGIN + COLUMNS_HEIGHT * (highest - amount) / (highest - lowest)

    def upright(left: float, width: float, amount: int) -> Rect:
        top, bottom = sorted((y(amount), y(0)))
        return Rect(_percent(left), _pixels(top), _percent(width), _pixels(bottom - top))

    has_before = any(figure.before is not None for figure in figures)
    slot = 100 / places
    width = slot * (0.34 if has_before else 0.56)
    found = []
    for place, figure in enumerate(figures):
        middle = slot * (place + 0.5)
        own = middle + slot * 0.02 if has_before else middle - width / 2
        before = None
        if figure.before is not None:
            before = upright(middle - slot * 0.02 - width, width, figure.before)
        found.append(Column(figure, _percent(middle), upright(own, width, figure.amount), before))
    amounts = range(highest, lowest - 1, -step)
    lines = tuple(Line(_pixels(y(amount)), label(amount), amount == 0) for amount in amounts)
    return Columns(COLUMNS_HEIGHT + 2 * _MARGIN, lines, tuple(found))


def bars(figures: Sequence[Figure]) -> Bars:
    """Return the chart of some figures in the order given."""
    values = [value for figure in figures for value in _values(figure)]
    lowest, highest = min([0, *values]), max([0, *values])
    width = highest - lowest or 1

    def lying(amount: int, y: int, height: int) -> Rect:
        left, right = sorted((100 * (amount - lowest) / width, 100 * -lowest / width))
        return Rect(_percent(left), _pixels(y), _percent(right - left), _pixels(height))

    found = tuple(
        Bar(
            figure,
            lying(figure.amount, 0, 8),
            None if figure.before is None else lying(figure.before, 10, 5),
        )
        for figure in figures
    )
    zero = _percent(100 * -lowest / width) if lowest < 0 else None
    return Bars(found, zero)


def _values(figure: Figure) -> list[int]:
    return [figure.amount] if figure.before is None else [figure.amount, figure.before]


def _scale(values: Sequence[int], unit: int) -> tuple[int, int, int]:
    """Return lowest, highest and step of a scale: round figures, zero among them, few steps."""
    lowest, highest = min([0, *values]), max([0, *values])
    step = next(step for step in _steps(unit) if -(-highest // step) - lowest // step <= _MOST_STEPS)
    lowest, highest = lowest // step * step, -(-highest // step) * step
    return lowest, highest if highest > lowest else step, step


def _steps(unit: int) -> Iterator[int]:
    """Yield round amounts, each more than the one before: 1, 2, 5, 10, 20, 50 … units."""
    while True:
        yield from (unit, 2 * unit, 5 * unit)
        unit *= 10


def _percent(value: float) -> str:
    return f"{value:.3f}%"


def _pixels(value: float) -> str:
    return f"{value:.2f}"
