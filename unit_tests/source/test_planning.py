"""Companies are planned side by side, in order, and no further ahead than a few."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from source_sage_active.planning import PLANNED_AHEAD, planned_ahead


@pytest.fixture
def planners() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(PLANNED_AHEAD) as pool:
        yield pool


def test_results_come_in_the_order_of_the_items(planners: ThreadPoolExecutor) -> None:
    third_is_planned = threading.Event()

    def plan(number: int) -> int:
        if number == 2:
            third_is_planned.set()
        # The second one ends after the third one.
        assert number != 1 or third_is_planned.wait(10)
        return number * number

    assert list(planned_ahead(plan, range(20), planners)) == [(number, number * number) for number in range(20)]


def test_a_few_are_planned_at_once_and_no_more_than_that(planners: ThreadPoolExecutor) -> None:
    begun: list[int] = []
    together = threading.Barrier(PLANNED_AHEAD)

    def plan(number: int) -> None:
        begun.append(number)
        if 1 <= number <= PLANNED_AHEAD:
            together.wait(10)

    plans = planned_ahead(plan, range(100), planners)
    next(plans)
    assert begun == [0]
    next(plans)
    assert sorted(begun) == list(range(PLANNED_AHEAD + 1))
    next(plans)
    assert max(begun) <= PLANNED_AHEAD + 1


def test_without_planners_one_is_planned_when_it_is_wanted() -> None:
    begun: list[int] = []
    plans = planned_ahead(begun.append, range(3), None)
    assert (next(plans), begun) == ((0, None), [0])


def test_what_was_not_begun_is_not_planned_any_further() -> None:
    begun: list[int] = []
    released = threading.Event()

    def plan(number: int) -> None:
        begun.append(number)
        assert number < 2 or released.wait(10)

    with ThreadPoolExecutor(1) as pool:
        plans = planned_ahead(plan, range(100), pool)
        next(plans)
        next(plans)
        plans.close()  # type: ignore[attr-defined]
        released.set()
    assert begun in ([0, 1], [0, 1, 2])
