"""What tests of rehearsals share: a stand-in for each module, which is as new for each test."""

from collections.abc import Iterator

import pytest

from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

UNLIMITED = 1_000_000


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Sandbox]:
    """One for all tests; each puts switches and faults back."""
    with Sandbox(rows=6, companies_per_market=1, requests_per_minute=UNLIMITED) as sandbox:
        yield sandbox


@pytest.fixture
def theatre(stand_in: Sandbox) -> Iterator[Sandbox]:
    """The same, as new."""
    stand_in.reset_tokens()
    stand_in.requests.clear()
    yield stand_in
    stand_in.faults.clear()
    stand_in.drift.clear()
    stand_in.change_switches(Switches().as_dict())
