"""Spans of creation dates: what is done and what is missing are a partition of the time before the attempt."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from sage_active.attempts import BEGINNING, Span, merged, uncovered
from sage_active.direct.windows import Window

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
MOMENTS = st.integers(0, 60).map(lambda seconds: START + timedelta(seconds=seconds))
SPANS = st.lists(st.tuples(MOMENTS | st.just(BEGINNING), MOMENTS).filter(lambda span: span[0] < span[1]), max_size=8)


def contains(spans: Sequence[Span], moment: datetime) -> bool:
    """Whether a moment lies in one of the spans."""
    return any(lower <= moment < upper for lower, upper in spans)


@given(spans=SPANS)
def test_merged_spans_are_the_same_dates_in_order_and_apart(spans: list[Span]) -> None:
    joined = merged(spans)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(joined))
    for seconds in range(-1, 62):
        moment = START + timedelta(seconds=seconds)
        assert contains(joined, moment) == contains(spans, moment)


@given(spans=SPANS, until=MOMENTS)
def test_each_date_is_done_or_missing(spans: list[Span], until: datetime) -> None:
    gaps = uncovered(spans, until)
    for moment in [BEGINNING, *(START + timedelta(seconds=seconds) for seconds in range(-1, 62))]:
        assert contains(gaps, moment) == (moment < until and not contains(spans, moment))
    assert all(lower < upper <= until for lower, upper in gaps)
    assert list(merged(gaps)) == gaps


@given(span=SPANS.filter(bool).map(lambda spans: spans[0]))
def test_a_span_is_a_closed_window(span: Span) -> None:
    window = Window.of(span)
    assert window.span == span
    assert (window.lower is None) == (span[0] == BEGINNING)
