"""What the token endpoint answers to a code or a refresh token (docs/reference/authentication.md, "Tokens").

Sage may have replaced the refresh token by the time a reply arrives, so the new one is found in every reply that has
one, whatever the rest looks like and under every status.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import pendulum

from sage_active.errors import Errors, SageActiveError
from sage_active.excerpt import excerpt
from sage_active.faults import CUT_SHORT, TOKEN_UNUSABLE, classify
from sage_active.form import is_sendable
from sage_active.http.response import UNREADABLE, Response
from sage_active.masking import keep_secret

OK: Final = 200
# Longer refers to no moment that a date can have.
LONGEST_SECONDS: Final = 1e10
_WITHIN_RUINS: Final = re.compile(rb'"refresh_token"\s*:\s*("(?:[^"\\]|\\.)*")')
_NOT_READABLE: Final = (*UNREADABLE, RecursionError)


@dataclass(frozen=True, slots=True)
class TokenReply:
    """What can be used of a reply. `ends`: when the access token ends, RFC 3339 in UTC; None if that is not said.

    `error`: why there is no access token; a new `refresh_token` counts all the same.
    """

    refresh_token: str | None = None
    access_token: str | None = None
    ends: str | None = None
    error: SageActiveError | None = None


def token_reply(errors: Errors, answer: Response) -> TokenReply:
    """The reply, with its error if it has a new refresh token. Raises `SageActiveError` for one that has none.

    What is raised may be worth another try; after a reply with a new refresh token the old one is not sent again.
    """
    members, problem = _members(answer.body)
    refresh_token = _token(members.get("refresh_token")) or (_within_ruins(answer.body) if problem else None)
    access_token = _text(members.get("access_token"))
    keep_secret(refresh_token, access_token)
    error = _error(errors, answer, members, access_token, problem)
    if error is None:
        return TokenReply(refresh_token, access_token, _ends(members.get("expires_in")))
    if refresh_token is None:
        raise error
    return TokenReply(refresh_token, error=error)


def _error(
    errors: Errors, answer: Response, members: Mapping[str, msgspec.Raw], access_token: str | None, problem: str
) -> SageActiveError | None:
    if answer.status != OK:
        code = _text(members.get("error")) or ""
        fault = classify(errors.api, answer.status, [code])
        detail = excerpt(_text(members.get("error_description")) or code) or answer.outline
        return errors.of(fault, status=answer.status, detail=detail)
    if access_token is None:
        return errors.of(CUT_SHORT, detail=problem or "no access token")
    if not is_sendable(access_token):
        return errors.of(TOKEN_UNUSABLE)
    return None


def _members(body: bytes | bytearray) -> tuple[Mapping[str, msgspec.Raw], str]:
    """The members, none of them looked into, and why there are none."""
    try:
        return msgspec.json.decode(body, type=dict[str, msgspec.Raw]), ""
    except _NOT_READABLE as exception:
        return {}, str(exception) or "its lists and objects are nested too deep"


def _value(raw: msgspec.Raw | bytes | None) -> Any:
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw)
    except _NOT_READABLE:
        return None


def _text(raw: msgspec.Raw | None) -> str | None:
    value = _value(raw)
    return value if isinstance(value, str) and value else None


def _token(raw: msgspec.Raw | bytes | None) -> str | None:
    """A refresh token; None for what the configuration would not take."""
    value = _value(raw)
    return value if isinstance(value, str) and is_sendable(value) else None


def _within_ruins(body: bytes | bytearray) -> str | None:
    """The refresh token of a reply that is not JSON as a whole: cut off, or with something before or behind."""
    found = _WITHIN_RUINS.search(body)
    return _token(found[1]) if found else None


def _ends(raw: msgspec.Raw | None) -> str | None:
    """When the access token ends, if it says so in a way that can be read: a number of seconds, also as text."""
    value = _value(raw)
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
        if not 0 < seconds < LONGEST_SECONDS:
            return None
        return pendulum.now("UTC").add(seconds=seconds).to_iso8601_string()
    except (TypeError, ValueError, OverflowError):
        return None
