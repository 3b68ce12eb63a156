"""Where the sandbox's sign-in server sends a browser: to this machine only, in a notation that is read in one way."""

from typing import Any

import pytest
import requests

from sage_active_sandbox.oauth import CLIENT_ID

REGISTERED = (
    "http://127.0.0.1:9/callback",
    "http://127.4.5.6:9/",
    "http://localhost",
    "HTTP://LOCALHOST:9",
    "http://[::1]:9/a/b?c=d",
    "https://localhost:9/",
)
FOREIGN = (
    "",
    "/callback",
    "//localhost/",
    "http:localhost",
    "http:///localhost",
    "http://evil.test/",
    "http://evil.test\\@localhost/",
    "http://evil.test\\@127.0.0.1:9/callback",
    "http://localhost\\.evil.test/",
    "http://localhost:9@evil.test/",
    "http://user@localhost/",
    "http://localhost/#@evil.test",
    "http://localhost.evil.test/",
    "http://localhost./",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.0.0.1/",
    "http://127.0.0.1%2eevil.test/",
    "http://127\u30020\u30020\u30021/",
    "http://local\thost/",
    "http://localhost/\r\nSet-Cookie: a=b",
    " http://localhost/",
    "http://[::1].evil.test/",
    "http://[::1",
    "http://[",
    "http://localhost:999999/",
    "javascript://localhost/%0aalert(1)",
)


def _authorize(sandbox: Any, address: str) -> requests.Response:
    parameters = {"client_id": CLIENT_ID, "redirect_uri": address, "response_type": "code", "auto": "1"}
    scope = {"scope": "RDSA WDSA offline_access"}
    url = f"{sandbox.url}/connect/authorize"
    return requests.get(url, params={**parameters, **scope}, allow_redirects=False, timeout=10)


def _end(sandbox: Any, address: str) -> requests.Response:
    url = f"{sandbox.url}/connect/endsession"
    return requests.get(url, params={"returnTo": address}, allow_redirects=False, timeout=10)


@pytest.mark.parametrize("address", REGISTERED)
def test_this_machine(sandbox: Any, address: str) -> None:
    assert _authorize(sandbox, address).headers["Location"].startswith(address)
    assert _end(sandbox, address).headers["Location"] == address


@pytest.mark.parametrize("address", FOREIGN)
def test_anywhere_else(sandbox: Any, address: str) -> None:
    refused = _authorize(sandbox, address)
    assert (refused.status_code, refused.headers.get("Location")) == (400, None)
    stayed = _end(sandbox, address)
    assert (stayed.status_code, stayed.headers.get("Location")) == (200, None)
