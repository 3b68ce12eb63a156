"""A short form of `make torture`: half of the faults in the middle of a read, once or for ever."""

import itertools
import re
from collections.abc import Iterator

import pytest

from docs.pages import FOLDER
from integration_tests.fault_bench import DELIVERED, Bench, Outcome, sandbox_for_faults
from integration_tests.fault_cases import BOTH, CASES, Case
from integration_tests.fault_matrix import table

TIMES = ("once", "for ever")
# Two of four faults, one of them once and the other one for ever, on one connection; `make torture` tries all of it.
RUNS = [
    pytest.param(connection, case, times, id=f"{connection}-{case.target.name}-{case.title}-{times}")
    for number, case in enumerate(CASES)
    if number // 2 % 2 == 0
    for connection in (case.connections[number // 4 % len(case.connections)],)
    for times in (TIMES[number % 2] if TIMES[number % 2] in case.times else case.times[0],)
]


@pytest.fixture(scope="module")
def benches() -> Iterator[dict[str, Bench]]:
    """One bench for each connection."""
    with sandbox_for_faults() as one, sandbox_for_faults() as other:
        yield {connection: Bench(sandbox, connection) for connection, sandbox in zip(BOTH, (one, other), strict=True)}


@pytest.mark.parametrize(("connection", "case", "times"), RUNS)
def test_a_fault_comes_to_what_is_promised(benches: dict[str, Bench], connection: str, case: Case, times: str) -> None:
    position = case.target.positions[len(case.target.positions) // 2]
    outcome = benches[connection].run(case, times, position)
    assert outcome.is_right, outcome


def rows_of(page: str) -> list[list[str]]:
    """The cells of the page's table."""
    return [[cell.strip() for cell in line.split(" | ")] for line in re.findall(r"^\| (.*) \|$", page, re.MULTILINE)][
        1:
    ]


def test_the_table_tells_each_outcome_once() -> None:
    case = CASES[0]
    verdicts = [DELIVERED, DELIVERED, "SILENT LOSS"]
    found = [Outcome(case, "direct", "once", "first", 1.0, struck=True, verdict=verdict) for verdict in verdicts]
    page = table(found)
    assert rows_of(page)[0] == [case.title, "rows", "direct", "delivered / SILENT LOSS", "–", "–"]
    assert page.endswith("3 reads; silent losses: 1; hangs: 0.\n")


def test_the_page_has_an_outcome_for_each_fault_and_no_loss() -> None:
    page = (FOLDER / "faults.md").read_text(encoding="utf-8")
    measured = {(title, target, connection): outcomes for title, target, connection, *outcomes in rows_of(page)}
    expected = {(case.title, case.target.name, connection) for case in CASES for connection in case.connections}
    assert set(measured) == expected, "run `make torture`"
    assert all(set(outcomes) - {"–"} for outcomes in measured.values())
    assert not re.search(r"[A-Z]{4}", "".join(itertools.chain.from_iterable(measured.values())))
    assert page.endswith("silent losses: 0; hangs: 0.\n")


@pytest.mark.parametrize(
    ("times", "position", "struck", "verdict", "right"),
    [
        ("once", "first", True, "delivered", True),
        ("once", "first", True, "fails by name", False),
        ("once", "first", True, "SILENT LOSS", False),
        ("for ever", "first", True, "fails by name", True),
        ("for ever", "first", True, "fails: `unreachable`", True),
        ("for ever", "first", True, "delivered", False),
        ("for ever", "first", False, "delivered", True),
        ("for ever", "first", True, "HANGS", False),
        ("for ever", "last", True, "delivered", True),
        ("for ever", "last", True, "HARMS OTHERS", False),
    ],
)
def test_what_counts_as_right(times: str, position: str, struck: bool, verdict: str, right: bool) -> None:
    assert Outcome(CASES[0], "direct", times, position, 1.0, struck, verdict).is_right is right
