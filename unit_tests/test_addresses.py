"""The address that is checked is the one that is contacted."""

import socket
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from sage_active.addresses import is_loopback, page_address, usable_address
from sage_active.config import validated
from sage_active.errors import SageActiveError
from source_sage_active.configuration import SourceConfig

ACCEPTED = {
    "http://127.0.0.1:8400": "http://127.0.0.1:8400",
    "http://127.0.0.1:8400/": "http://127.0.0.1:8400/",
    "HTTP://LOCALHOST:8400/A": "http://localhost:8400/A",
    "http://127.5.6.7": "http://127.5.6.7",
    "http://[::1]:8400": "http://[::1]:8400",
    "http://[0:0:0:0:0:0:0:1]": "http://[0:0:0:0:0:0:0:1]",
    "http://127.0.0.1:08400/a/../b": "http://127.0.0.1:8400/b",
    "https://stand-in.example/path%20x": "https://stand-in.example/path%20x",
    "https://10.0.0.1:65535": "https://10.0.0.1:65535",
}
REFUSED = (
    "http://127.0.0.2:8691\\@127.0.0.1/",
    "http://evil.test\\@127.0.0.1/",
    "http:\\\\127.0.0.1",
    "http://user@127.0.0.1",
    "https://user:password@stand-in.example",
    "http://127.0.0.1:8400/?a=b",
    "http://127.0.0.1:8400/#f",
    "http://127.0.0.1?",
    "http://127.0.0.1#",
    "http://127.0.0.1 /",
    "http://127.0.0.1\t:80",
    "http://127.0.0.1\r\n.evil.test",
    "http://127.0.0.1\x00",
    "http://127.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0177.0.0.1",
    "http://127.0.0.01",
    "http://0.0.0.0",
    "http://localhost.",
    "http://localhost.evil.test",
    "http://evil.localhost",
    "http://127.0.0.1.evil.test",
    "http://%31%32%37.0.0.1",
    "http://%6cocalhost",
    "http://127\u30020\u30020\u30021",
    "http://\uff4cocalhost",
    "http:///host",
    "http:127.0.0.1",
    "//127.0.0.1",
    "127.0.0.1:8400",
    "http://",
    "http://:80",
    "http://[::1%25lo]",
    "http://[::ffff:127.0.0.1]",
    "http://[::1",
    "http://[127.0.0.1]",
    "http://127.0.0.1:",
    "http://127.0.0.1:0",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:80:90",
    "http://127.0.0.1:80@evil.test",
    "http://127.0.0.1:8400%2f",
    "http://127.0.0.1:\uff18\uff10",
    "https://.evil.test",
    "https://*",
    "https://stand-in..example",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
)
PIECES = st.sampled_from(
    [
        *("http", "https", "HTTP", "ftp", ":", "//", "/", "\\", "@", "?", "#", "%", ".", " ", "\t", "[", "]", ";", "&"),
        *("127.0.0.1", "localhost", "::1", "evil.test", "127.0.0.2", "10.0.0.1", "0", "1", "80", "65535", "99999"),
        *("%40", "%2f", "%31", "\u3002", "\uff0e", "\u2024", "\u00ad", "user", "..", "0x7f", "\r\n"),
    ]
)


@pytest.mark.parametrize(("text", "address"), ACCEPTED.items())
def test_an_address_is_what_will_be_contacted(text: str, address: str) -> None:
    assert usable_address(text) == address
    assert usable_address(address) == address


@pytest.mark.parametrize("text", REFUSED)
def test_what_programs_read_in_different_ways_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"its port|it is not an address|plain http"):
        usable_address(text)


def _hosts(address: str) -> set[str]:
    """The host as every program on the way reads it."""
    sent = requests.Request("GET", f"{address.rstrip('/')}/auth/companies").prepare().url or ""
    return {str(parse_url(sent).host).strip("[]"), str(urlsplit(sent).hostname), str(urlsplit(address).hostname)}


@given(st.sampled_from(["", "http://", "https://", "http://127.0.0.1"]), st.lists(PIECES, max_size=7).map("".join))
def test_whatever_passes_is_encrypted_or_stays_on_this_machine(begin: str, rest: str) -> None:
    try:
        address = usable_address(begin + rest)
    except ValueError:
        return
    assert usable_address(address) == address
    (host,) = _hosts(address)
    assert address.startswith("https://") or host == "localhost" or ip_address(host).is_loopback


@given(st.text(max_size=30))
def test_any_text_is_judged_without_another_error(text: str) -> None:
    for begin in ("", "http://", "https://"):
        try:
            assert _hosts(usable_address(begin + text))
        except ValueError:
            continue


def test_a_page_may_have_a_query() -> None:
    assert page_address("https://sign-in.example/authorize?a=b") == "https://sign-in.example/authorize?a=b"
    for text in ("https://sign-in.example/#f", "http://sign-in.example/", "https://a@sign-in.example", "javascript:a"):
        with pytest.raises(ValueError, match=r"it is not an address|plain http"):
            page_address(text)


def test_loopback_hosts() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.255.0.1", "[::1]")))
    assert not any(map(is_loopback, ("", "::1", "LOCALHOST", "10.0.0.1", "[::2]", "[fe80::1]", "127.1", "[")))


@pytest.mark.parametrize("auth_type", ["maesn", "token"])
def test_no_key_leaves_for_another_host(auth_type: str) -> None:
    keys: dict[str, Any] = {
        "maesn": {"api_key": "the-api-key", "account_key": "the-account-key"},
        "token": {"client_id": "the-client", "refresh_token": "the-token", "subscription_key": "the-key"},
    }
    credentials = {"auth_type": auth_type, "target_system": "sage-active-de", **keys[auth_type]}
    with socket.create_server(("127.0.0.2", 0)) as other:
        port = other.getsockname()[1]
        url = f"http://127.0.0.2:{port}\\@evil.test/"
        with pytest.raises(SageActiveError, match="`sandbox_url`: it is not an address") as raised:
            validated(SourceConfig, {"credentials": credentials, "sandbox_url": url})
        assert "evil" not in str(raised.value)
        other.settimeout(0.05)
        with pytest.raises(TimeoutError):
            other.accept()
