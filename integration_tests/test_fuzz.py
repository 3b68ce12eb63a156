"""A sample of what `python -m integration_tests.fuzz` tries at length."""

import pytest

from integration_tests.fuzz import CONNECTIONS, in_fresh_processes

SEEDS_PER_CONNECTION = 30


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_spoilt_answers_end_by_name_and_tell_no_secret(connection: str) -> None:
    found = list(in_fresh_processes(connection, range(SEEDS_PER_CONNECTION)))
    assert [str(verdict) for verdict in found if verdict.problems] == []
    # Enough of them met what was spoilt, and some went well in spite of it.
    spoilt = [verdict for verdict in found if verdict.spoilt]
    assert len(spoilt) > SEEDS_PER_CONNECTION / 2
    assert {verdict.failed for verdict in spoilt} == {True, False}
