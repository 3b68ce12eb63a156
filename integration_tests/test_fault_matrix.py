"""A short form of `make torture`: every fault in the middle of a read, once and for ever."""

from collections.abc import Iterator

import pytest

from integration_tests.fault_matrix import BOTH, CASES, Bench, Case, sandbox_for_faults

PAIRS = [(connection, case) for connection in BOTH for case in CASES if connection in case.connections]


@pytest.fixture(scope="module")
def benches() -> Iterator[dict[str, Bench]]:
    """One bench for each connection."""
    with sandbox_for_faults() as one, sandbox_for_faults() as other:
        yield {connection: Bench(sandbox, connection) for connection, sandbox in zip(BOTH, (one, other), strict=True)}


@pytest.mark.parametrize("times", ["once", "for ever"])
@pytest.mark.parametrize(("connection", "case"), PAIRS, ids=[f"{pair[0]}-{pair[1].words}" for pair in PAIRS])
def test_a_fault_comes_to_what_is_promised(benches: dict[str, Bench], connection: str, case: Case, times: str) -> None:
    outcome = benches[connection].run(case, times, "middle")
    assert outcome.is_right, outcome
