"""What a server answered, as far as HTTP tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

import msgspec

from sage_active.http.dates import http_date
from sage_active.http.session import redirect_host

# What decoding a body may raise: it may be cut within a character.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
# How far this machine's clock may be ahead of a server's that does not tell its own.
CLOCK_DOUBT: Final = timedelta(minutes=15)
REDIRECTS: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status, headers (case-insensitive) and the whole decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray

    @property
    def date(self) -> datetime:
        """The server's own clock when it answered; where it does not tell, a moment that is not later than that."""
        return http_date(self.headers.get("Date")) or datetime.now(timezone.utc) - CLOCK_DOUBT

    @property
    def outline(self) -> str:
        """The status, and for a redirect the host that it leads to."""
        leads_to = redirect_host(self.headers) if self.status in REDIRECTS else None
        return f"HTTP {self.status}, to {leads_to}" if leads_to else f"HTTP {self.status}"

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait; a date is counted from the server's own clock."""
        header = self.headers.get("Retry-After", "").strip()
        if header.isascii() and header.isdigit():
            return float(header)
        until = http_date(header)
        now = http_date(self.headers.get("Date")) or datetime.now(timezone.utc)
        return max(0.0, (until - now).total_seconds()) if until else None
