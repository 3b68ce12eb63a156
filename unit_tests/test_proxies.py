"""Proxies that the environment names are obeyed, for each host its own, although the environment is asked only once."""

import json
from collections.abc import Iterator

import pytest

from sage_active.faults import Api
from sage_active.transport import Answer, Transport
from unit_tests.loopback import Loopback, json_reply


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(Api.MAESN, user_agent="test", target="t", requests_per_minute=1000, connections=1)
    yield made
    made.close()


def body(answer: Answer) -> object:
    """What the answer says."""
    return json.loads(answer.body)


def test_each_host_has_the_proxy_that_the_environment_names_for_it(
    transport: Transport, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", loopback.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    loopback.script(json_reply({"ok": True}))
    for _ in range(2):
        assert transport.send("GET", "http://api.invalid/accounting/items", body) == {"ok": True}
        assert transport.send("GET", f"{loopback.url}/own", body) == {"ok": True}
    asked = [each.path for each in loopback.asked]
    assert asked == ["http://api.invalid/accounting/items", "/own"] * 2
