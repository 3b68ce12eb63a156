"""Who may talk to the sandbox: programs of this machine, and no page that the user's browser happens to show."""

import ipaddress
import re
from collections.abc import Sequence
from email.message import Message
from typing import Final
from urllib.parse import urlsplit

HOST: Final = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::(?P<port>\d{1,5}))?")
HTTP_PORT: Final = 80
OWN_SITES: Final = frozenset({"none", "same-origin"})
"""Values of Sec-Fetch-Site: typed by the user, or sent by a page of the sandbox itself."""


class RefusedRequestError(Exception):
    """A request that is answered without being looked at further: ``status`` and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def admit(method: str, target: str, headers: Message) -> None:
    """Refuses requests for foreign hosts, and those that a browser sends for a page of another origin.

    Programs send neither Origin nor Sec-Fetch-Site; a browser adds one of them to whatever a page sends. Raises
    `RefusedRequestError`.
    """
    host = _only(headers.get_all("host", []), "Host")
    if host is None:
        raise RefusedRequestError(400, "The header Host is missing.")
    for authority in (host, _authority(target)):
        if authority is not None and not _is_loopback(authority):
            raise RefusedRequestError(
                403, "The stand-in answers to 127.0.0.1, localhost and [::1] only: the header Host names another host."
            )
    origin = _only(headers.get_all("origin", []), "Origin")
    if origin is not None and not _is_own(origin, host):
        raise RefusedRequestError(403, "The stand-in takes nothing from pages of another origin (header Origin).")
    site = headers.get("sec-fetch-site")
    if site is not None and site.strip().lower() not in OWN_SITES and not _follows_a_link(method, headers):
        raise RefusedRequestError(403, "The stand-in takes nothing from pages of another site (header Sec-Fetch-Site).")


def _only(values: Sequence[str], name: str) -> str | None:
    if len(values) > 1:
        raise RefusedRequestError(400, f"The header {name} is there more than once.")
    return values[0].strip() if values else None


def _authority(target: str) -> str | None:
    """The host of a request target that is a whole URL, None for a path."""
    if target.startswith("/"):
        return None
    try:
        return urlsplit(target).netloc or None
    except ValueError:
        raise RefusedRequestError(400, "The address of the request cannot be read.") from None


def _is_loopback(authority: str) -> bool:
    found = HOST.fullmatch(authority)
    if found is None:
        return False
    if found["name"] is not None and found["name"].lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(found["six"] or found["name"])
    except ValueError:
        return False
    return address.is_loopback and (found["six"] is not None) == (address.version == 6)


def _is_own(origin: str, host: str) -> bool:
    """Is the origin a loopback address with the port at which the sandbox was called."""
    scheme, separator, authority = origin.partition("://")
    return scheme == "http" and bool(separator) and _is_loopback(authority) and _port(authority) == _port(host)


def _port(authority: str) -> int:
    found = HOST.fullmatch(authority)
    return int(found["port"]) if found is not None and found["port"] else HTTP_PORT


def _follows_a_link(method: str, headers: Message) -> bool:
    """Does the user's browser open a page of the sandbox, which the page with the link cannot see."""
    opened = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    return method == "GET" and opened == ("navigate", "document")
