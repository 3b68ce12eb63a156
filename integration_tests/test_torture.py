"""A short form of `make torture`: a few seeds of killed and resumed reads."""

from pathlib import Path

import pytest

from integration_tests.torture import run


@pytest.mark.parametrize("seed", range(1, 11))
def test_nothing_is_lost_by_kills_and_moving_rows(seed: int, tmp_path: Path) -> None:
    result = run(seed, tmp_path, most_kills=1)
    assert not result.problems, str(result)
    assert result.kills == 1
    assert result.delivered >= result.rows
