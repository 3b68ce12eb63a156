"""The way to a host: proxies and certificates of the environment, obeyed, or named where they cannot be used."""

import base64
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sage_active.addresses import leads_to_loopback
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import Api, Kind
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply
from unit_tests.raw_loopback import RawLoopback

pytestmark = pytest.mark.slow

RETRIES = RetryPolicy(connect=1.0, read=1.0, answer=1.0, tries=10.0, first_pause=0.01, longest_pause=0.02, proxy=0.2)
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
HTTP, HTTPS = "http://api.invalid/accounting/items", "https://api.invalid/accounting/items"
USER, PASSWORD = "corp-user", "corp-pass"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no certificates of this machine's own."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(params=list(Api), ids=lambda api: api.name.lower())
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    """A transport of each API."""
    transport = Transport(
        Errors(request.param, "t"), user_agent="test", budget=budget_of(10**5), connections=1, retry_policy=RETRIES
    )
    yield transport
    transport.close()


def body(answer: Response) -> Any:
    """What the answer says."""
    return json.loads(answer.body)


def refused(transport: Transport, url: str, name: str, *, idempotent: bool = True) -> str:
    """The message of a request that ends soon, with a fault of this name and without a password."""
    began = time.monotonic()
    with pytest.raises(SageActiveError) as raised:
        transport.send(Request("GET", url, idempotent=idempotent), body)
    assert raised.value.fault.name == name
    assert time.monotonic() - began < RETRIES.tries / 2
    message = str(raised.value)
    assert PASSWORD not in message
    assert USER not in message
    assert base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode() not in message
    return message


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_each_host_has_the_proxy_that_the_environment_names_for_it(
    transport: Transport, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", loopback.url)
    loopback.script(json_reply({"ok": True}))
    for _ in range(2):
        assert transport.send(Request("GET", HTTP), body) == {"ok": True}
        assert transport.send(Request("GET", f"{loopback.url}/own"), body) == {"ok": True}
    assert [request.path for request in loopback.requests] == [HTTP, "/own"] * 2


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached_without_a_proxy(
    transport: Transport, loopback: Loopback, monkeypatch: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    monkeypatch.setenv(variable, f"http://127.0.0.1:{closed_port()}")
    loopback.script(json_reply({"ok": True}))
    assert transport.send(Request("GET", loopback.url.replace("127.0.0.1", host)), body) == {"ok": True}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("localhost.example.com", False),
        ("128.0.0.1", False),
        ("::2", False),
        ("api.invalid", False),
        ("", False),
        (None, False),
    ],
)
def test_what_is_this_machine(host: str | None, expected: bool) -> None:
    assert leads_to_loopback(host) is expected


@pytest.mark.parametrize("url", [HTTP, HTTPS], ids=["http", "https"])
def test_a_proxy_that_asks_for_a_password_is_named_and_asked_once(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nno\r\n"
    with RawLoopback(lambda _: [answer]) as proxy:
        monkeypatch.setenv("all_proxy", f"http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}")
        message = refused(transport, url, "proxy-password")
    assert f"the proxy 127.0.0.1:{proxy.port} asks for a user and a password (407)" in message
    assert len(proxy.requests) == 1
    assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.parametrize("url", [HTTP, HTTPS], ids=["http", "https"])
@pytest.mark.parametrize("idempotent", [True, False])
def test_a_proxy_that_is_not_there_is_named_soon(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, url: str, idempotent: bool
) -> None:
    port = closed_port()
    monkeypatch.setenv("all_proxy", f"http://{USER}:{PASSWORD}@127.0.0.1:{port}")
    message = refused(transport, url, "proxy-unreachable", idempotent=idempotent)
    assert f"the proxy 127.0.0.1:{port} refused the connection" in message


def test_a_proxy_of_an_unknown_name_is_named(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", f"http://{USER}:{PASSWORD}@proxy.invalid:3128")
    assert "the proxy proxy.invalid:3128 did not answer: " in refused(transport, HTTP, "proxy-unreachable")


@pytest.mark.parametrize(("status", "fault"), [(403, "proxy-unusable"), (503, "proxy-unreachable")])
def test_a_proxy_that_does_not_connect_is_named(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, status: int, fault: str
) -> None:
    with RawLoopback(lambda _: [b"HTTP/1.1 %d %s\r\n\r\n" % (status, PASSWORD.encode())]) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        message = refused(transport, HTTPS, fault)
    assert f"the proxy 127.0.0.1:{proxy.port} does not connect to api.invalid (HTTP {status})" in message


def test_socks_needs_a_package(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sage_active.http.session.find_spec", lambda _: None)
    monkeypatch.setenv("all_proxy", f"socks5h://{USER}:{PASSWORD}@proxy.invalid")
    message = refused(transport, HTTP, "proxy-unusable")
    assert "proxy.invalid:1080" in message
    assert "PySocks" in message


@pytest.mark.parametrize(
    "address",
    [
        "http://user:pa@ss@:9",
        "http://",
        f"http://{USER}:{PASSWORD}@proxy.invalid:port",
        f"http://{USER}:{PASSWORD}@proxy.invalid:0",
        f"http://{USER}:{PASSWORD}@proxy.invalid:99999",
        f"quic://{USER}:{PASSWORD}@proxy.invalid",
        f"http://{USER}:12#{PASSWORD}@proxy.invalid:3128",
        f"http://{USER}:12/{PASSWORD}@proxy.invalid:3128",
        f"http://{USER}:12\\{PASSWORD}@proxy.invalid:3128",
        f"http://{USER}:%E2%82%AC{PASSWORD}@proxy.invalid:3128",
        "http://[::1",
    ],
)
def test_what_is_not_the_address_of_a_proxy_is_named_by_its_variable(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", address)
    assert "what `HTTP_PROXY` names is not the address of a proxy" in refused(transport, HTTP, "proxy-unusable")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, "no certificates", ""])
def test_certificates_that_cannot_be_used_are_named(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, content: str | None
) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    monkeypatch.setenv(variable, str(bundle))
    message = refused(transport, f"https://127.0.0.1:{closed_port()}", "certificates-unusable")
    why = "are not there" if content is None else "are not certificates in PEM form"
    assert f"the certificates named by {variable} ({bundle}) {why}" in message


def test_what_cannot_pass_by_waiting_is_the_users_turn(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://")
    with pytest.raises(SageActiveError) as raised:
        transport.send_once(Request("GET", HTTP), body)
    assert raised.value.fault.kind is Kind.CONFIGURATION


def test_a_redirect_to_another_host_is_not_followed(loopback: Loopback, transport: Transport) -> None:
    def elsewhere(_: ReceivedRequest) -> Reply:
        return Reply(302, b"", {"Location": "http://api.invalid/"})

    def outlined(answer: Response) -> str:
        return answer.outline

    loopback.script(elsewhere)
    assert transport.send(Request("GET", loopback.url), outlined) == "HTTP 302, to api.invalid"
    assert len(loopback.requests) == 1
