"""Static charts in SVG, without a library: columns by month, and bars by category.

Every mark has a title, which browsers show as a tooltip and read aloud; the chart as a whole has a title and a summary.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from itertools import count
from math import floor, log10
from typing import Final

from .formats import Format

WIDTH: Final = 960
HEIGHT: Final = 290
LEFT, RIGHT, TOP, BOTTOM = 104, 8, 14, 34
STEPS: Final = (1, 2, 2.5, 5, 10)
MOST_STEPS: Final = 5
# Of a chart of bars: the width, and how much of it names and amounts take.
BARS_WIDTH: Final = 420
NAMES: Final = 84
AMOUNTS: Final = 96
BAR_HEIGHT: Final = 20
BAR_GAP: Final = 10
# Of a category's width, how much its columns take.
FILLED: Final = 0.68


@dataclass(frozen=True)
class Series:
    """Amounts by category; `style` is the class of its marks in the style sheet."""

    name: str
    style: str
    amounts: Sequence[Decimal]


@dataclass(frozen=True)
class Scale:
    """A range of amounts with round ends, laid over a range of points."""

    low: float
    high: float
    step: float
    start: float
    end: float

    def at(self, amount: Decimal | float) -> float:
        """Where an amount is."""
        return self.start + (float(amount) - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> Iterator[float]:
        """The round amounts from one end to the other."""
        for number in count():
            amount = self.low + number * self.step
            if amount > self.high + self.step / 2:
                return
            yield amount


def scale(amounts: Sequence[Decimal], start: float, end: float) -> Scale:
    """A scale that holds all amounts and zero."""
    low, high = min(0.0, *map(float, amounts)), max(0.0, *map(float, amounts))
    span = (high - low) or 1.0
    power = 10.0 ** floor(log10(span / MOST_STEPS))
    step = next(size * power for size in STEPS if size * power * MOST_STEPS >= span)
    lowest = floor(low / step) * step
    highest = -floor(-high / step) * step
    return Scale(lowest, highest if highest > lowest else lowest + step, step, start, end)


def columns(identity: str, title: str, categories: Sequence[str], series: Sequence[Series], format_: Format) -> str:
    """A chart of columns side by side, one group for each category."""
    y = scale([amount for one in series for amount in one.amounts], HEIGHT - BOTTOM, TOP)
    slot = (WIDTH - LEFT - RIGHT) / len(categories)
    width = slot * FILLED / len(series)
    marks = []
    for tick in y.ticks():
        at = y.at(tick)
        style = "zero" if tick == 0 else "grid"
        marks.append(f'<line class="{style}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        marks.append(_text(LEFT - 8, at + 4, "end", format_.amount(Decimal(tick), 0)))
    for position, category in enumerate(categories):
        start = LEFT + slot * (position + (1 - FILLED) / 2)
        marks.append(_text(LEFT + slot * (position + 0.5), HEIGHT - 8, "middle", category))
        for number, one in enumerate(series):
            amount = one.amounts[position]
            top, bottom = sorted((y.at(amount), y.at(0)))
            label = f"{category}, {one.name}: {format_.euro(amount)}"
            marks.append(_bar(one.style, start + number * width, top, width - 1, bottom - top, label))
    return _chart(identity, title, _summary(categories, series, format_), (WIDTH, HEIGHT), marks)


def bars(identity: str, title: str, categories: Sequence[str], one: Series, format_: Format) -> str:
    """A chart of horizontal bars, one for each category, with their amounts."""
    height = len(categories) * (BAR_HEIGHT + BAR_GAP) + BAR_GAP
    x = scale(one.amounts, NAMES + 8, BARS_WIDTH - AMOUNTS)
    marks = []
    for position, (category, amount) in enumerate(zip(categories, one.amounts, strict=True)):
        top = BAR_GAP + position * (BAR_HEIGHT + BAR_GAP)
        left, right = sorted((x.at(amount), x.at(0)))
        label = f"{category}: {format_.euro(amount)}"
        middle = top + BAR_HEIGHT / 2 + 4
        marks.append(_text(NAMES, middle, "end", category))
        marks.append(_bar(one.style, left, top, right - left, BAR_HEIGHT, label))
        marks.append(_text(BARS_WIDTH, middle, "end", format_.euro(amount), "value"))
    zero = x.at(0)
    marks.append(f'<line class="zero" x1="{zero:.1f}" x2="{zero:.1f}" y1="4" y2="{height - 4}"/>')
    return _chart(identity, title, _summary(categories, [one], format_), (BARS_WIDTH, height), marks)


def _chart(identity: str, title: str, summary: str, size: tuple[int, int], marks: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {size[0]} {size[1]}" role="img" aria-labelledby="{identity}-title {identity}-summary">'
        f'<title id="{identity}-title">{escape(title)}</title>'
        f'<desc id="{identity}-summary">{escape(summary)}</desc>{"".join(marks)}</svg>'
    )


def _summary(categories: Sequence[str], series: Sequence[Series], format_: Format) -> str:
    """The chart in a sentence for each series."""
    sentences = []
    for one in series:
        most, category = max(zip(one.amounts, categories, strict=True))
        total = sum(one.amounts, Decimal(0))
        sentences.append(f"{one.name}: {format_.euro(total)} in all, most in {category} with {format_.euro(most)}.")
    return " ".join(sentences)


def _bar(style: str, x: float, y: float, width: float, height: float, label: str) -> str:
    return (
        f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
        f'rx="1.5"><title>{escape(label)}</title></rect>'
    )


def _text(x: float, y: float, anchor: str, text: str, style: str = "label") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
