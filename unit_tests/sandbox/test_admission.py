"""A page in the user's browser can neither read the stand-in nor change it."""

import http.client
from collections.abc import Mapping

import pytest

from sage_active_sandbox.sandbox import Sandbox

FAULT = b'{"action": "status", "status": 500, "times": -1}'


def port_of(sandbox: Sandbox) -> int:
    """The port that the sandbox serves."""
    return int(sandbox.url.rpartition(":")[2])


def status(sandbox: Sandbox, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> int:
    """The status that a request with exactly these headers gets; `{port}` in one stands for the sandbox's."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(sandbox), timeout=10)
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value.replace("{port}", str(port_of(sandbox))))
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:{port}",
        "127.0.0.1",
        "127.8.9.10:1",
        "localhost",
        "LocalHost:{port}",
        "[::1]",
        "[::1]:8400",
        "[0:0::1]",
    ],
)
def test_names_of_this_machine_are_served(sandbox: Sandbox, host: str) -> None:
    assert status(sandbox, "GET", "/admin/switches", {"Host": host}) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.test", "evil.test:{port}", "127.0.0.1.evil.test", "localhost.evil.test", "evil.test@127.0.0.1", "x"),
        *(
            "128.0.0.1",
            "0.0.0.0",
            "[::2]",
            "[::1",
            "::1",
            "[127.0.0.1]",
            "2130706433",
            "localhost:port",
            "",
            "127.0.0.1:",
        ),
    ],
)
def test_other_names_are_refused(sandbox: Sandbox, host: str) -> None:
    assert status(sandbox, "GET", "/admin/switches", {"Host": host}) == 403
    assert status(sandbox, "POST", "/admin/faults", {"Host": host}, FAULT) == 403
    assert not sandbox.faults.scripted()


def test_a_target_that_is_a_whole_address_is_judged_too(sandbox: Sandbox) -> None:
    host = {"Host": "127.0.0.1:{port}"}
    assert status(sandbox, "GET", "http://localhost/admin/switches", host) == 200
    assert status(sandbox, "GET", "http://evil.test/admin/switches", host) == 403
    assert status(sandbox, "GET", "http://[/admin/switches", host) == 400


def test_a_request_without_a_host_is_refused(sandbox: Sandbox) -> None:
    assert status(sandbox, "GET", "/admin/switches", {}) == 400


@pytest.mark.parametrize("path", ["/admin/faults", "/graphql", "/connect/token", "/accounting/customers"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "http://evil.test:{port}"},
        {"Origin": "http://127.0.0.1.evil.test:{port}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
    ids=str,
)
def test_posts_of_foreign_pages_are_refused(sandbox: Sandbox, path: str, headers: dict[str, str]) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
        sent = {"Host": "127.0.0.1:{port}", "Content-Type": kind, **headers}
        assert status(sandbox, "POST", path, sent, FAULT) == 403
    assert not sandbox.faults.scripted()
    assert not sandbox.requests


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE", "OPTIONS"])
def test_other_requests_of_foreign_pages_are_refused(sandbox: Sandbox, method: str) -> None:
    host = {"Host": "127.0.0.1:{port}"}
    assert status(sandbox, method, "/admin/switches", {**host, "Origin": "http://evil.test"}, b"{}") == 403
    framed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert status(sandbox, method, "/admin/switches", {**host, **framed}, b"{}") == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:{port}"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_programs_and_the_sandboxs_own_pages_may_change_it(sandbox: Sandbox, headers: dict[str, str]) -> None:
    assert status(sandbox, "POST", "/admin/faults", {"Host": "127.0.0.1:{port}", **headers}, FAULT) == 200
    assert sandbox.faults.scripted()


def test_a_link_to_the_sign_in_page_works(sandbox: Sandbox) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    target = "/connect/authorize?client_id=sandbox-client&response_type=code&scope=RDSA&redirect_uri=http://127.0.0.1/"
    assert status(sandbox, "GET", target, {"Host": "127.0.0.1:{port}", **headers}) == 200
