"""A read delivers the same rows, whatever the sandbox does where the published sources leave it open."""

from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.connector import STREAMS, Connector
from integration_tests.expected import key_of, rows, usable
from integration_tests.torture import VARIED
from integration_tests.variations import NOT_READ_HERE, settings
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

# What torture varies at random is set all at once here; without limits that would change how often is asked.
UNUSUAL = {
    name: next(value for value in sorted(settings(name), key=str) if value != usual)
    for name, usual in Switches().as_dict().items()
    if settings(name) and not name.startswith("maesn_") and (name in VARIED or name in NOT_READ_HERE)
}


def assert_complete(sandbox: Sandbox, connector: Connector, connection: str, market: str) -> None:
    """A full read has the rows of every company."""
    outcome = connector.read(STREAMS)
    assert (outcome.code, outcome.errors) == (0, [])
    for stream in STREAMS:
        for company in usable(sandbox, market):
            held = sorted(rows(sandbox, company.id, stream))
            assert outcome.ids(stream, company.id, key_of(connection, stream)) == held


@pytest.mark.parametrize("market", ["de", "es"])
def test_all_unusual_settings_at_once(connect: Callable[..., Connector], sandbox: Sandbox, market: str) -> None:
    sandbox.change_switches(UNUSUAL)
    assert_complete(sandbox, connect(sandbox, "direct", market), "direct", market)


@pytest.mark.parametrize("setting", sorted(settings("maesn_planned")))
def test_what_maesn_plans_leaves_what_it_offers_alone(
    connect: Callable[..., Connector], sandbox: Sandbox, setting: Any
) -> None:
    sandbox.change_switches({"maesn_planned": setting})
    assert_complete(sandbox, connect(sandbox, "maesn", "fr"), "maesn", "fr")
