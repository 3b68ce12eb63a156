"""A request that was prepared before arrives as one that requests prepares anew."""

import pytest
import requests

from sage_active.http.request import Request
from sage_active.http.session import HttpSession
from unit_tests.loopback import Loopback, Reply

JSON = {"Content-Type": "application/json"}


def requests_to(url: str) -> list[Request]:
    """Requests that share an address, headers, or both, with an earlier one."""
    return [
        Request("POST", url, headers=JSON | {"X-OrganizationId": "one", "Authorization": "Bearer a"}, body=b"first"),
        Request("POST", url, headers=JSON | {"X-OrganizationId": "two", "Authorization": "Bearer a"}, body=b"second!"),
        Request("POST", url, headers=JSON | {"X-OrganizationId": "one", "Authorization": "Bearer a"}, body=b"3"),
        Request("POST", url, headers=JSON | {"X-OrganizationId": "one", "Authorization": "Bearer b"}, body=b"3"),
        Request("POST", url, body={"grant_type": "refresh_token", "a b": "é&="}),
        Request("POST", url),
        Request("POST", url, body=b"bytes", headers={"accept": "text/plain"}),
        Request("GET", url, params={"page": "1", "name": "ü &"}),
        Request("GET", url, params={"page": "2"}),
        Request("GET", url),
        Request("GET", f"{url}/a b?c=d", params={"e": "f"}),
    ]


@pytest.mark.parametrize("cookie", ["", "one=1"])
def test_what_arrives_is_what_requests_sends(loopback: Loopback, cookie: str) -> None:
    loopback.script(Reply(headers={"Set-Cookie": cookie} if cookie else {}))
    with HttpSession() as session, requests.Session() as plain:
        for request in requests_to(loopback.url):
            with session.begin(request, request.headers, (5.0, 5.0)) as response:
                assert response.status_code == 200
            with plain.request(
                request.method, request.url, params=request.params, data=request.body, headers=request.headers
            ) as response:
                assert response.status_code == 200
    received = [(request.method, request.path, dict(request.headers), request.body) for request in loopback.requests]
    assert received[::2] == received[1::2]
    assert [headers.get("cookie") for _, _, headers, _ in received[2:]] == [cookie or None] * (len(received) - 2)


def test_a_header_that_cannot_be_sent_is_refused_each_time() -> None:
    with HttpSession() as session:
        for _ in range(2):
            with pytest.raises(requests.exceptions.InvalidHeader):
                session.begin(Request("GET", "http://127.0.0.1:1"), {"Authorization": "a\nb"}, (1.0, 1.0))
