"""Lists that are read by cursors: what proves that they are complete, and what shows that they are not."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.paginator import CursorPaginator, PagesContradictError, PagesMovedError
from sage_active.errors import ErrorContext, SageActiveError
from sage_active.faults import FAULT_BY_NAME


@dataclass(frozen=True)
class Listed:
    """A page of a list."""

    keys: Sequence[str]
    stated: int | None
    next: str | None = None
    more: bool = False
    guarded: tuple[int | None, ...] = ()


class Script:
    """Pages one after the other, whatever cursor they are asked for by; a fault's name stands for a refusal."""

    def __init__(self, *pages: Listed | str) -> None:
        self._pages = list(pages)
        self.cursors: list[str | None] = []

    def __call__(self, after: str | None) -> Listed:
        self.cursors.append(after)
        page = self._pages.pop(0)
        if isinstance(page, str):
            error = SageActiveError(FAULT_BY_NAME[page], ErrorContext())
            raise GraphQLRefusal.of(error, [])
        return page


def delivered(paginator: CursorPaginator[Listed]) -> list[str]:
    """The keys in the order of delivery."""
    return [key for page in paginator for key in page.keys]


@given(keys=st.lists(st.text(max_size=3), unique=True, max_size=30), size=st.integers(1, 7), is_stated=st.booleans())
def test_a_list_that_stands_still_is_complete(keys: list[str], size: int, is_stated: bool) -> None:
    def fetch(after: str | None) -> Listed:
        start = int(after or 0)
        end = start + size
        return Listed(keys[start:end], len(keys) if is_stated else None, str(end), end < len(keys))

    paginator = CursorPaginator(fetch)
    assert delivered(paginator) == keys
    assert paginator.distinct == len(keys)
    assert paginator.pages == max(1, -(-len(keys) // size))


def test_each_page_is_asked_for_by_the_cursor_of_the_one_before() -> None:
    script = Script(Listed("ab", 3, "x", more=True), Listed("c", 3, "y"))
    assert delivered(CursorPaginator(script)) == ["a", "b", "c"]
    assert script.cursors == [None, "x"]


def test_a_row_that_comes_twice_counts_once() -> None:
    paginator = CursorPaginator(Script(Listed("ab", 3, "x", more=True), Listed("bc", 3)))
    assert delivered(paginator) == ["a", "b", "b", "c"]
    assert paginator.distinct == 3


def test_the_end_may_be_a_page_of_its_own() -> None:
    assert delivered(CursorPaginator(Script(Listed("ab", 2, "x", more=True), Listed("", 2)))) == ["a", "b"]


def test_each_pass_counts_anew() -> None:
    paginator = CursorPaginator(Script(Listed("ab", 2), Listed("ab", 2)))
    assert delivered(paginator) == delivered(paginator) == ["a", "b"]


@pytest.mark.parametrize(
    ("pages", "problem"),
    [
        ([Listed("ab", 3, "x", more=True), Listed("b", 3)], "2 rows where it states 3"),
        ([Listed("ab", 3, "x", more=True), Listed("c", 4)], "a page that states 3 rows and one that states 4"),
        (
            [Listed("ab", 3, "x", more=True, guarded=(9,)), Listed("c", 3, guarded=(8,))],
            "rows that left while others came between two pages",
        ),
        ([Listed("ab", 3, "x", more=True), "cursor-refused"], "a cursor that the API itself refuses"),
    ],
    ids=["twice", "count-moves", "guard-moves", "cursor-refused"],
)
def test_rows_that_move_are_noticed(pages: list[Listed | str], problem: str) -> None:
    with pytest.raises(PagesMovedError) as raised:
        delivered(CursorPaginator(Script(*pages)))
    assert str(raised.value) == problem
    assert not isinstance(raised.value, PagesContradictError)


@pytest.mark.parametrize(
    ("pages", "problem"),
    [
        ([Listed("ab", 3)], "2 rows where it states 3"),
        ([Listed("", 1)], "0 rows where it states 1"),
        ([Listed("ab", 1)], "2 rows and goes on where it states 1"),
        ([Listed("ab", 3, None, more=True)], "cursor does not move on"),
        ([Listed("ab", 9, "x", more=True), Listed("cd", 9, "x", more=True)], "cursor does not move on"),
        ([Listed("a", 9, "x", more=True), Listed("b", 9, "y", more=True), Listed("c", 9, "x", more=True)], "cursor"),
        ([Listed("ab", 9, "x", more=True), Listed("ab", 9, "y", more=True)], "nothing new"),
        ([Listed("", 0, "x", more=True)], "nothing new"),
        ([Listed("ab", 101, "x", more=True)], "101 rows, more than there can be"),
        ([Listed([str(number) for number in range(101)], None, "x", more=True)], "101 rows, more than there can be"),
    ],
    ids=["fewer", "no-rows", "more", "no-cursor", "stays", "circle", "same", "none", "beyond-belief", "without-end"],
)
def test_what_contradicts_itself_is_no_movement(pages: list[Listed | str], problem: str) -> None:
    with pytest.raises(PagesContradictError, match=problem):
        delivered(CursorPaginator(Script(*pages), most_rows=100))


def test_other_refusals_are_passed_on() -> None:
    with pytest.raises(GraphQLRefusal):
        delivered(CursorPaginator(Script(Listed("ab", 3, "x", more=True), "right-missing")))
    # Nobody gave a cursor, so it cannot be the reason.
    with pytest.raises(GraphQLRefusal):
        delivered(CursorPaginator(Script("cursor-refused")))


def test_no_page_is_kept_while_the_next_one_is_asked_for() -> None:
    earlier: list[weakref.ref[Listed]] = []

    def fetch(after: str | None) -> Listed:
        assert [page() for page in earlier] == [None] * len(earlier)
        number = len(earlier)
        page = Listed(str(number), 5, str(number), more=number < 4)
        earlier.append(weakref.ref(page))
        return page

    pages = iter(CursorPaginator(fetch))
    while next(pages, None) is not None:
        pass
    assert len(earlier) == 5
