"""Bodies of requests: how long one is, and that its JSON is not nested without end."""

import re
from email.message import Message
from typing import Final

from sage_active_sandbox.admission import RefusedRequestError

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_LEVELS: Final = 64
"""Lists and objects inside each other; far more than any input of the schema needs."""
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
LENGTH: Final = re.compile(r"[0-9]{1,18}")
TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def body_length(method: str, headers: Message) -> int:
    """Bytes of the body. Raises `RefusedRequestError` where the headers leave that open, or it is too much."""
    if headers.get("transfer-encoding") is not None:
        raise RefusedRequestError(400, "Bodies with the header Transfer-Encoding are not read; send Content-Length.")
    lengths = {value.strip() for value in headers.get_all("content-length", [])}
    if not lengths and method not in WITH_BODY:
        return 0
    if not lengths:
        raise RefusedRequestError(400, "The header Content-Length is missing.")
    (text, *others) = lengths
    if others or LENGTH.fullmatch(text) is None:
        raise RefusedRequestError(400, "The header Content-Length is not one whole number of bytes.")
    if int(text) > MOST_BYTES:
        raise RefusedRequestError(400, f"The body is longer than {MOST_BYTES} bytes.")
    return int(text)


def refuse_deep_json(body: bytes) -> None:
    """Raises `RefusedRequestError` for JSON of more than `MOST_LEVELS` levels, before anything decodes it."""
    if body.lstrip()[:1] not in (b"{", b"[") or body.count(b"[") + body.count(b"{") <= MOST_LEVELS:
        return
    level = 0
    for token in TOKENS.finditer(body):
        match token[0]:
            case b"[" | b"{":
                level += 1
            case b"]" | b"}":
                level -= 1
        if level > MOST_LEVELS:
            raise RefusedRequestError(400, f"The JSON is nested more than {MOST_LEVELS} levels deep.")
