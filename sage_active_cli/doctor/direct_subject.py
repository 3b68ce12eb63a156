"""Whom direct questions are put to: one company, through a client that has watched how it signed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Final

import msgspec

from sage_active.auth.token_store import TokenFile, Tokens
from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.direct.client import DirectClient
from sage_active.direct.market_apis import HEADERS
from sage_active.direct.query import RootField
from sage_active.errors import SageActiveError
from sage_active.faults import TOO_HEAVY
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.moments import parse_utc
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Question

# How the requests are called, as a stream is.
PURPOSE: Final = "doctor"
# Amounts stay exact.
DECODER: "Final[msgspec.json.Decoder[Any]]" = msgspec.json.Decoder(Any, float_hook=Decimal)
OK: Final = 200


@dataclass(frozen=True, slots=True)
class Renewal:
    """One renewal: whether a new refresh token came, and the seconds that the access token lives."""

    rotated: bool
    seconds: float | None


class ExaminedDirect(DirectClient):
    """A client that remembers how its tokens were renewed, and can ask for what is not GraphQL."""

    def __init__(
        self,
        config: ConnectionConfig,
        *,
        user_agent: str,
        publish: Callable[[Tokens], None],
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.renewals: list[Renewal] = []
        self._latest = ""

        def watched(tokens: Tokens) -> None:
            self.renewals.append(Renewal(tokens.refresh_token != self._latest, _seconds_left(tokens)))
            self._latest = tokens.refresh_token
            publish(tokens)

        super().__init__(config, user_agent=user_agent, publish=watched, retry_policy=retry_policy)
        configured = self._credentials.refresh_token
        stored = TokenFile(config.token_path).read(configured) if config.token_path else None
        self._latest = stored.refresh_token if stored else configured

    def shows_schema(self, company: Company, path: str) -> bool:
        """Whether the endpoint serves its schema as a file; `path`: what follows the endpoint's own address."""
        request = Request("GET", f"{self.url(company)}{path}", headers=HEADERS, stream=PURPOSE)
        return self._apis.transports.send_once(company, request, _is_schema)

    def opens_unsigned(self, company: Company, path: str) -> bool:
        """Whether a link to a file works without a key and a token; what it leads to is thrown away."""
        if not path.startswith("/"):
            raise NotSeenError
        request = Request("GET", f"{self.url(company).removesuffix('/graphql')}{path}", stream=PURPOSE)
        try:
            return self._apis.sign_in_transport.send_once(request, lambda answer: answer.status == OK)
        except SageActiveError as error:
            if error.fault is not TOO_HEAVY:
                raise
            return True


@dataclass(frozen=True, slots=True)
class DirectSubject:
    """One company. `listed`: all companies of the sign-in."""

    client: ExaminedDirect
    config: ConnectionConfig
    company: Company
    listed: Sequence[Company]

    def asked_together(self, questions: Sequence[Question["DirectSubject"]]) -> Mapping[str, Parts]:
        """The answers to what questions ask in any case, by question, in as few requests as possible.

        Raises `SageActiveError` when the API cannot be reached or does not accept the sign-in.
        """
        fields = {
            (question.name, name): root_field
            for question in questions
            for name, root_field in question.asks(self.company).items()
        }
        outcomes = self.client.aliased.ask(fields, self.company, PURPOSE, DECODER)
        return {
            question.name: Parts(
                {name: outcome for (owner, name), outcome in outcomes.items() if owner == question.name}
            )
            for question in questions
        }

    def ask(self, fields: Mapping[str, RootField]) -> Parts:
        """Asks what depends on an earlier answer. Raises `SageActiveError` when the API cannot be reached."""
        return Parts(self.client.aliased.ask(fields, self.company, PURPOSE, DECODER))


def _is_schema(answer: Response) -> bool:
    return answer.status == OK and b"type Query" in answer.body


def _seconds_left(tokens: Tokens) -> float | None:
    if tokens.expires_at is None:
        return None
    return (parse_utc(tokens.expires_at) - datetime.now(timezone.utc)).total_seconds()
