"""Access tokens for Sage Active: renewed once for all threads, handed on before they are used.

Sage may rotate refresh tokens, so a renewal whose new token is lost locks the user out. Hence: one renewal at a time in
this process (lock) and across processes (`TokenFile`); new tokens are stored and published before the new access token
is used, whatever else the reply says; a dead refresh token is remembered, not tried again.

Source: docs/reference/authentication.md, "Tokens".
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Final

from sage_active.auth.token_reply import TokenReply, token_reply
from sage_active.auth.token_store import TokenFile, Tokens
from sage_active.credentials import DirectCredentials
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import UNREACHABLE, Kind
from sage_active.http.request import Request, Unsigned
from sage_active.http.transport import Transport
from sage_active.masking import keep_secret
from sage_active.moments import parse_utc
from sage_active.runtime.shutdown import UNFINISHED

# Tokens are replaced a little early: a request may be under way for some time.
MARGIN: Final = timedelta(seconds=60)
# Renewals in a row for one stream of one company that takes none of the tokens: a further one would not help it either.
# More than one request makes: another stream or company may be what spoils the tokens.
MOST_UNPROVED: Final = 6
# The same for all streams of one company together.
MOST_OF_COMPANY: Final = 18


class UntilEnding(Unsigned):
    """Signs nothing, and lets a process that is about to end begin no further try."""

    def __init__(self, errors: Errors) -> None:
        self._errors = errors

    def headers(self, request: Request) -> Mapping[str, str]:
        """None."""
        if UNFINISHED.is_ending:
            raise self._errors.of(UNREACHABLE, detail="the program is told to end")
        return {}


class OAuth2Authenticator:
    """One grant. `publish` receives every new set of tokens before its access token is used.

    `transport`: to the sign-in server.
    """

    def __init__(
        self,
        credentials: DirectCredentials,
        *,
        token_url: str,
        transport: Transport,
        token_path: str | None,
        publish: Callable[[Tokens], None],
    ) -> None:
        self._credentials = credentials
        self._token_url = token_url
        self._transport = transport
        self._file = TokenFile(token_path) if token_path else None
        self._publish = publish
        self._lock = threading.Lock()
        self._latched: SageActiveError | None = None
        # Renewals in a row by stream and company: one that is always refused must not cost the others their tokens.
        self._unproved: Counter[tuple[str, str]] = Counter()
        self._tokens = Tokens(credentials.refresh_token, credentials.access_token, credentials.token_expiry_date)
        if self._file:
            self._adopt(self._file.read(credentials.refresh_token))

    def authorization(self) -> str:
        """The Authorization header of the next request. Raises `SageActiveError` when signing in is impossible."""
        with self._lock:
            if not self._is_fresh(self._tokens):
                self._renew(refused=None)
            return f"Bearer {self._tokens.access_token}"

    def headers(self, request: Request) -> Mapping[str, str]:
        """The access token. Raises `SageActiveError` when signing in is impossible."""
        return {"Authorization": self.authorization()}

    def renew(self, refused: str, request: Request) -> bool:
        """Replaces the access token behind a refused Authorization header, unless another thread has done so.

        False when there is no use in it: the last renewals for the request's stream, or for all streams of its company
        together, succeeded, and none of the tokens was accepted.
        """
        stream, company = request.stream, request.company
        with self._lock:
            if refused == f"Bearer {self._tokens.access_token}":
                of_company = sum(number for (_, name), number in self._unproved.items() if name == company)
                if self._unproved[stream, company] >= MOST_UNPROVED or of_company >= MOST_OF_COMPANY:
                    return False
                self._renew(refused=self._tokens.access_token)
                self._unproved[stream, company] += 1
            return True

    def accepted(self, request: Request) -> None:
        """A request of its stream in its company was not refused."""
        # Nearly always there is nothing to note, and no lock to wait for.
        if (request.stream, request.company) in self._unproved:
            with self._lock:
                self._unproved.pop((request.stream, request.company), None)

    def needs_renewal(self) -> bool:
        """Whether the next request would renew the access token."""
        return not self._is_fresh(self._tokens)

    @property
    def survives_renewal(self) -> bool:
        """Whether a rotated refresh token is kept even if nobody applies the control message."""
        return self._file is not None

    def _renew(self, refused: str | None) -> None:
        if self._latched:
            raise self._latched
        with self._file.locked() if self._file else nullcontext():
            if self._file:
                self._adopt(self._file.read(self._credentials.refresh_token))
                if self._is_fresh(self._tokens) and self._tokens.access_token != refused:
                    return
            if self._file:
                # An unusable file is found before the tokens that it should keep are asked for.
                self._file.check_writable()
            # A renewal that has begun is finished, even in a process that is told to end.
            with UNFINISHED.kept():
                self._replace()

    def _replace(self) -> None:
        try:
            reply = self._request()
            # A new refresh token first: the old one may be dead, even if nothing else of the reply can be used.
            if reply.error is None or reply.refresh_token:
                self._keep(Tokens(reply.refresh_token or self._tokens.refresh_token, reply.access_token, reply.ends))
            if reply.error:
                raise reply.error
        except SageActiveError as error:
            if error.fault.kind is Kind.CONFIGURATION:
                self._latched = error
            raise

    def _keep(self, tokens: Tokens) -> None:
        self._adopt(tokens)
        try:
            if self._file:
                self._file.write(self._credentials.refresh_token, tokens)
        finally:
            self._publish(tokens)

    def _request(self) -> TokenReply:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._tokens.refresh_token,
            "client_id": self._credentials.client_id,
        }
        if self._credentials.client_secret:
            form["client_secret"] = self._credentials.client_secret
        request = Request("POST", self._token_url, body=form, stream="sign-in")
        return self._transport.send(request, partial(token_reply, self._transport.errors))

    def _adopt(self, tokens: Tokens | None) -> None:
        if tokens is None:
            return
        keep_secret(tokens.refresh_token, tokens.access_token)
        self._tokens = tokens

    @staticmethod
    def _is_fresh(tokens: Tokens) -> bool:
        if tokens.access_token is None:
            return False
        if tokens.expires_at is None:
            return True
        try:
            expires_at = parse_utc(tokens.expires_at)
        except (ValueError, OverflowError):
            # Whoever wrote it into the token file: a renewal puts it right.
            return False
        return expires_at > datetime.now(timezone.utc) + MARGIN
