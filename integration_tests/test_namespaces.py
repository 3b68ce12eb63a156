"""An empty namespace counts as none: some orchestrators write one where a stream has none."""

from collections.abc import Callable

from integration_tests.connector import Connector
from sage_active_sandbox.sandbox import Sandbox


def test_a_state_with_an_empty_namespace_is_that_of_the_stream(
    standing: Sandbox, connect: Callable[..., Connector], connection: str
) -> None:
    connector = connect(standing, connection)
    first = connector.read(["customers"])
    assert first.records("customers")
    states = first.last_states
    for state in states:
        state["stream"]["stream_descriptor"]["namespace"] = ""
    again = connector.read(["customers"], state=states)
    assert again.code == 0
    assert len(again.records("customers")) < len(first.records("customers"))
