"""How many rows a page asks for: it aims at a number of bytes and follows what rows have weighed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.limits import BYTES_OF_A_PAGE, MEGABYTE, MostBytes
from sage_active.row_weights import RowKind, RowWeights

KIND = RowKind("DE", "customers")
MOST = 500


def page(weights: RowWeights, weight: int, kind: RowKind = KIND) -> int:
    """Reads a full page of rows of `weight` bytes; returns how many the next one asks for."""
    requested = weights.rows(kind, MOST)
    weights.seen(kind, requested, requested * weight, requested)
    return weights.rows(kind, MOST)


@pytest.mark.parametrize(("estimate", "rows"), [(0, 500), (1500, 500), (4000, 500), (10_000, 209), (10 * MEGABYTE, 1)])
def test_the_first_page_goes_by_the_estimate(estimate: int, rows: int) -> None:
    assert RowWeights().rows(RowKind("DE", "customers", estimate), MOST) == rows


def test_light_rows_keep_full_pages() -> None:
    weights = RowWeights()
    assert {page(weights, 1500) for _ in range(20)} == {MOST}


def test_heavy_rows_make_the_next_page_smaller_at_once() -> None:
    weights = RowWeights()
    assert page(weights, 6000) == BYTES_OF_A_PAGE // 6000
    assert page(weights, 20_000) == BYTES_OF_A_PAGE // 20_000


def test_pages_grow_again_when_rows_are_light() -> None:
    weights = RowWeights()
    page(weights, 20_000)
    sizes = [page(weights, 1500) for _ in range(20)]
    assert sizes == sorted(sizes)
    assert sizes[0] > BYTES_OF_A_PAGE // 20_000
    assert sizes[-1] == MOST


def test_markets_and_streams_are_told_apart() -> None:
    weights = RowWeights()
    page(weights, 20_000)
    for other in (RowKind("ES", "customers"), RowKind("DE", "suppliers"), RowKind("DE", "customers", 1500)):
        assert weights.rows(other, MOST) == MOST


def test_one_heavy_row_that_comes_alone_says_little() -> None:
    weights = RowWeights()
    page(weights, 1500)
    weights.seen(KIND, 1, 100_000, MOST)
    assert weights.rows(KIND, MOST) == MOST
    weights.seen(KIND, 0, 0, MOST)
    assert weights.rows(KIND, MOST) == MOST


def test_a_page_that_was_too_large_is_asked_for_again_with_a_quarter() -> None:
    weights = RowWeights()
    assert weights.exceeded(KIND, 500) == 125
    assert weights.rows(KIND, MOST) == 250
    assert weights.exceeded(KIND, 3) == 1
    with pytest.raises(ValueError, match="one row"):
        weights.exceeded(KIND, 1)


@given(
    estimate=st.integers(0, 10 * MEGABYTE),
    seen=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 4 * MEGABYTE)), max_size=30),
    weight=st.integers(1, MostBytes.PAGE),
)
def test_whatever_was_seen_rows_of_one_weight_come_in_pages_of_the_right_size(
    estimate: int, seen: list[tuple[int, int]], weight: int
) -> None:
    weights, kind = RowWeights(), RowKind("DE", "customers", estimate)
    for rows, size in seen:
        weights.seen(kind, rows, size, MOST)
        assert 1 <= weights.rows(kind, MOST) <= MOST
    for _ in range(200):
        requested = weights.rows(kind, MOST)
        while requested * weight > MostBytes.PAGE:
            requested = weights.exceeded(kind, requested)
        weights.seen(kind, requested, requested * weight, requested)
    assert weights.rows(kind, MOST) == pytest.approx(max(1, min(MOST, BYTES_OF_A_PAGE // weight)), rel=0.01, abs=1)
