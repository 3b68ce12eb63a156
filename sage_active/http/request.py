"""What is sent, and who signs it."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Protocol

from sage_active.limits import MostBytes


class Sink(Protocol):
    """Takes the body of a good answer piece by piece, so that it need not be in memory."""

    def begin(self) -> None:
        """An answer begins: what an earlier try has brought does not count."""

    def write(self, piece: bytes, /) -> object:
        """Takes the next piece."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as often as it is tried.

    `body`: bytes, or a form; `stream` and `company`: what it is for, empty where it is for none; `most`: bytes of an
    answer, by default what any answer of the API may have. One that is not `idempotent` is sent again only when it
    certainly had no effect: the gateway refused it (401, 429), or no connection came about. `sink`: takes the body of
    an answer with the status 200, whose own is empty then.
    """

    method: str
    url: str
    _: KW_ONLY
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Mapping[str, str] | None = None
    stream: str = ""
    company: str = ""
    idempotent: bool = True
    most: MostBytes | None = None
    sink: Sink | None = None


class Authenticator(Protocol):
    """Signs requests. Safe for all threads."""

    def headers(self, request: Request) -> Mapping[str, str]:
        """What a try is signed with, beside the request's own headers. Raises `SageActiveError` to prevent it."""

    def renew(self, refused: str, request: Request) -> bool:
        """Makes a new signature after the Authorization header `refused`; False where another try is of no use."""

    def accepted(self, request: Request) -> None:
        """The signature of a request was not refused."""


class Unsigned:
    """Signs nothing: for a server that finds all it needs in the request."""

    def headers(self, request: Request) -> Mapping[str, str]:
        """None."""
        return {}

    def renew(self, refused: str, request: Request) -> bool:
        """There is nothing to renew."""
        return False

    def accepted(self, request: Request) -> None:
        """Nothing to note."""
