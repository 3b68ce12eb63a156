"""Which addresses may be contacted. They are parsed by what sends, so what is checked is what is contacted.

Everything that programs read in different ways is refused: backslashes, user names, blanks, hosts in other notations
than the usual one.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

PORT_WORDS: Final = "its port is not a number from 1 to 65535"
SHAPE_WORDS: Final = (
    "it is not an address such as http://127.0.0.1:8400 (https or http, a host, perhaps a port and a path; without "
    "user name, query, fragment, blanks and backslashes)"
)
PLAIN_WORDS: Final = (
    "plain http is accepted for 127.0.0.1 and localhost only (and for the other loopback addresses, such as [::1]); "
    "use https elsewhere"
)
_ODD_CHARACTERS: Final = re.compile(r"[^!-~]|[\\@<>\"^`{|}]")
_HOST_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT_OF: Final = re.compile(r"https?://(\[[^\]/?#]*\]|[^:/?#\[\]]*):([^/?#]*)", re.IGNORECASE)


def usable_address(text: str) -> str:
    """`text` as it is contacted. Raises `ValueError` with the reason, without quoting it.

    https may go anywhere, plain http to this machine only. No query and no fragment: paths are appended.
    """
    address = _parse(text)
    if address.query is not None or address.fragment is not None:
        raise ValueError(SHAPE_WORDS)
    return address.url


def page_address(text: str) -> str:
    """The same for a page that a browser is to open; it may have a query."""
    address = _parse(text)
    if address.fragment is not None:
        raise ValueError(SHAPE_WORDS)
    return address.url


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: `localhost`, 127.0.0.0/8 or ::1 in their usual notation, IPv6 with brackets."""
    if host.startswith("["):
        return _ipv6(host) == IPv6Address("::1")
    return host == "localhost" or (_is_ipv4(host) and IPv4Address(host).is_loopback)


def leads_to_loopback(host: str | None) -> bool:
    """Whether `host`, as `urlsplit` reads it, is this machine in any notation: what may not go through a proxy."""
    name = (host or "").rstrip(".").lower()
    address = _ipv6(name)
    if address is None:
        return is_loopback(name)
    return is_loopback(str(address.ipv4_mapped) if address.ipv4_mapped else f"[{address}]")


def _parse(text: str) -> Url:
    if _ODD_CHARACTERS.search(text):
        raise ValueError(SHAPE_WORDS)
    port = _PORT_OF.match(text)
    # Without digits behind its colon, one program takes the scheme's own port and another one none.
    if port and not (port[2].isdigit() and 1 <= int(port[2][:6]) <= 65535):
        raise ValueError(PORT_WORDS)
    # The parser decodes a host with percent signs; others look the sign up as it is.
    if "%" in re.split(r"[/?#]", text.partition("//")[2], maxsplit=1)[0]:
        raise ValueError(SHAPE_WORDS)
    try:
        address = parse_url(text)
    except LocationParseError:
        raise ValueError(SHAPE_WORDS) from None
    host = address.host or ""
    if address.scheme not in ("http", "https") or not _is_host(host):
        raise ValueError(SHAPE_WORDS)
    if address.scheme == "http" and not is_loopback(host):
        raise ValueError(PLAIN_WORDS)
    return address


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return _ipv6(host) is not None
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # 127.1 and 0x7f000001 are addresses too, for some programs.
        return _is_ipv4(host)
    return _HOST_NAME.fullmatch(host) is not None


def _is_ipv4(host: str) -> bool:
    try:
        return bool(IPv4Address(host))
    except AddressValueError:
        return False


def _ipv6(host: str) -> IPv6Address | None:
    try:
        return IPv6Address(host.strip("[]"))
    except AddressValueError:
        return None
