"""Requests and replies as the routes see them, free of sockets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")

HEADER_TEXT: Final = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class HttpRequest:
    """One request: ``headers`` by lower-case name, ``query`` decoded, ``body`` as received."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, list[str]]:
        """The decoded query string, blank values kept."""
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def form(self) -> dict[str, list[str]]:
        """The body as a form, blank values kept."""
        return parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)


@dataclass(frozen=True)
class HttpReply:
    """One reply; the server adds Date, length, compression and connection headers."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def is_header_text(text: str) -> bool:
    """Whether a text may stand in a header: Latin-1 without control characters, so without an end of the line."""
    return HEADER_TEXT.fullmatch(text) is not None


def encode(value: Any) -> bytes:
    """JSON text; decimals keep their digits as numbers."""
    return _ENCODER.encode(value)


def json_reply(
    status: int, value: Any, headers: Mapping[str, str] | None = None, content_type: str = JSON
) -> HttpReply:
    """A reply with a JSON body."""
    return HttpReply(status, encode(value), content_type, headers or {})
