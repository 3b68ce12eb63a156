"""What a request may cost: odd lengths and deep JSON are refused at once, headers stay whole, the log is bounded."""

import json
import socket
from collections.abc import Iterable
from typing import Any

import pytest
import requests

from sage_active_sandbox import request_log
from sage_active_sandbox.http_messages import HttpReply
from sage_active_sandbox.request_log import LOGGED_BODY_BYTES, ReceivedRequest, RequestLog
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Clock

DEEP = "[" * 100_000
CRLF = "%0d%0aSet-Cookie:%20evil=1%0d%0a"


def raw_reply(sandbox: Sandbox, lines: Iterable[str], body: bytes = b"") -> bytes:
    """All that the sandbox sends back to a request of these lines."""
    port = int(sandbox.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "Host: localhost", "", ""]).encode() + body)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


@pytest.mark.parametrize("path", ["/graphql", "/admin/faults", "/connect/token", "/accounting/customers"])
@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: -1"],
        ["Content-Length: x"],
        ["Content-Length: "],
        ["Content-Length: 1.0"],
        ["Content-Length: +1"],
        ["Content-Length: 1_0"],
        ["Content-Length: 99999999999999999999999999"],
        ["Content-Length: 100000000000"],
        ["Content-Length: 1, 2"],
        ["Content-Length: 1", "Content-Length: 2"],
        ["Transfer-Encoding: chunked"],
        [],
    ],
    ids=str,
)
def test_lengths_that_are_none_are_refused_at_once(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str], path: str, headers: list[str]
) -> None:
    assert raw_reply(sandbox, [f"POST {path} HTTP/1.1", *headers]).startswith(b"HTTP/1.1 400 ")
    assert capfd.readouterr().err == ""


def test_a_body_that_will_be_refused_is_not_asked_for(sandbox: Sandbox) -> None:
    lines = ["POST /graphql HTTP/1.1", "Content-Length: 100000000000", "Expect: 100-continue"]
    assert raw_reply(sandbox, lines).startswith(b"HTTP/1.1 400 ")
    lines = ["POST /graphql HTTP/1.1", "Content-Length: 2", "Expect: 100-continue"]
    assert raw_reply(sandbox, lines, b"{}").startswith(b"HTTP/1.1 100 ")


def test_half_a_request_is_not_acted_on(sandbox: Sandbox) -> None:
    body = b'{"action": "empty_200"}'
    assert raw_reply(sandbox, ["POST /admin/faults HTTP/1.1", f"Content-Length: {len(body) + 1}"], body) == b""
    assert not sandbox.faults.scripted()


@pytest.mark.parametrize("path", ["graphql", "admin/faults", "accounting/customers", "connect/token", "nothing"])
@pytest.mark.parametrize(
    "body", [DEEP, '{"a":' * 100_000, f'{{"variables": {{"x": "]", "y": {DEEP}}}}}', '["\\"[",' * 65]
)
def test_deep_json_is_refused(sandbox: Sandbox, capfd: pytest.CaptureFixture[str], path: str, body: str) -> None:
    response = requests.post(f"{sandbox.url}/{path}", data=body, timeout=10)
    assert (response.status_code, "levels deep" in response.text) == (400, True)
    assert capfd.readouterr().err == ""


def test_much_json_that_is_not_deep_is_read(api: Any) -> None:
    inputs = ",".join('{code:{eq:"[[["}}' for _ in range(100))
    answer = api.answer("query($x:CustomerFilterInput){customers(where:$x){totalCount}}", {"x": {"or": [{}] * 200}})
    assert "errors" not in answer
    assert api.data(f"{{customers(where:{{or:[{inputs}]}}){{totalCount}}}}") == {"totalCount": 0}


def test_a_deep_query_is_refused(api: Any, capfd: pytest.CaptureFixture[str]) -> None:
    (error,) = api.answer("{a" * 50_000 + "}" * 50_000)["errors"]
    assert "too deeply" in error["message"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "target",
    [
        "connect/authorize?client_id=sandbox-client&auto=1&response_type=code&scope=RDSA&redirect_uri=http://127.0.0.1/",
        "connect/endsession?returnTo=http://127.0.0.1/",
    ],
)
def test_headers_cannot_be_split(sandbox: Sandbox, target: str) -> None:
    response = requests.get(f"{sandbox.url}/{target}{CRLF}", allow_redirects=False, timeout=10)
    assert response.status_code in (200, 400)
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("text", ["a\r\nSet-Cookie: evil=1", "a\nb", "a\x00", "a\x7f", "a\x85", "€"])
def test_no_reply_writes_such_a_header(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(
        sandbox.sign_in, "answer", lambda *_: HttpReply(302, headers={"location": f"http://127.0.0.1/{text}"})
    )
    response = requests.get(f"{sandbox.url}/connect/authorize", allow_redirects=False, timeout=10)
    assert (response.status_code, "location" in response.headers) == (400, False)
    for members in ({"headers": {"X-Name": text}}, {"headers": {text: "value"}}, {"content_type": text}):
        fault = {"action": "status", **members}
        assert requests.post(f"{sandbox.url}/admin/faults", json=fault, timeout=10).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("POST", "faults", {"action": "status", "path": 5}, "`path`"),
        ("POST", "faults", {"action": "status", "status": "x"}, "`status`"),
        ("POST", "faults", {"action": "status", "status": 5}, "`status`"),
        ("POST", "faults", {"action": "drip", "bytes_per_second": 0}, "`bytes_per_second`"),
        ("POST", "faults", {"faults": ["x"]}, "Expected `object`"),
        ("POST", "touch", {"company_id": "x", "type": "Customer", "changes": [1]}, "`changes`"),
        ("POST", "insert", {"company_id": "x", "type": "Customer", "row": 5}, "`row`"),
        ("POST", "companies", {"market": 5}, "`market`"),
        ("POST", "companies", {"market": "xx"}, "XX"),
        ("PATCH", "drift", {"retyped": {"Customer.code": "]["}}, "is not a type"),
        ("PATCH", "drift", {"renamed": {"Customer.code": 5}}, "`renamed`"),
        ("PATCH", "switches", {"clock_offset_seconds": 1e15}, "clock_offset_seconds"),
    ],
)
def test_controls_name_what_does_not_fit(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str], method: str, path: str, body: Any, named: str
) -> None:
    response = requests.request(method, f"{sandbox.url}/admin/{path}", json=body, timeout=10)
    assert (response.status_code, named in response.json()["error"]) == (400, True)
    assert capfd.readouterr().err == ""


def test_seconds_may_have_decimals(sandbox: Sandbox) -> None:
    fault = {"action": "stall", "seconds": 0.01}
    assert requests.post(f"{sandbox.url}/admin/faults", json=fault, timeout=10).status_code == 200
    assert requests.get(f"{sandbox.url}/health", timeout=10).status_code == 200


def test_long_bodies_are_not_kept(api: Any) -> None:
    long_text = "x" * LOGGED_BODY_BYTES
    api.sandbox.faults.add("status", contains=long_text[-9:] + "END", status=418)
    query = "query($c:String){customers(where:{code:{eq:$c}}){totalCount}}"
    assert api.post(query, {"c": f"{long_text}END"}).status_code == 418
    requests.post(f"{api.sandbox.url}/auth/nothing", data=long_text, timeout=10)
    api.post(query, {"c": "short"})
    first, second, third = api.sandbox.requests
    assert (first.cut, first.operations, first.variables, first.status) == (True, ["customers"], {}, 418)
    assert (second.cut, third.cut, third.variables) == (True, False, {"c": "short"})
    assert len(json.dumps([entry.as_dict() for entry in api.sandbox.requests])) < 2 * LOGGED_BODY_BYTES
    assert not any(entry.text for entry in api.sandbox.requests)


def test_the_log_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "KEPT_BYTES", 1000)
    entries: list[ReceivedRequest] = []
    log, moment = RequestLog(entries), Clock().now()
    for number in range(500):
        log.add(ReceivedRequest("GET", f"/{number}", {}, {}, moment, weight=90))
        assert sum(entry.weight for entry in entries) <= 1000
        assert entries[-1].path == f"/{number}"
    assert len(entries) >= 5
    entries.clear()
    log.add(ReceivedRequest("GET", "/", {}, {}, moment, weight=90))
    assert len(entries) == 1
