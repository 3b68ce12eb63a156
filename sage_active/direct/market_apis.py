"""The APIs of a connection's markets, behind one sign-in and within one budget."""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from sage_active.auth.authenticator import OAuth2Authenticator, UntilEnding
from sage_active.auth.subscription import SubscriptionAuthenticator
from sage_active.auth.token_store import Tokens
from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.credentials import DirectCredentials
from sage_active.direct.answers import AnswerDecoder
from sage_active.direct.contract import Contract
from sage_active.direct.served_schema import served_contract
from sage_active.errors import Errors
from sage_active.faults import Api
from sage_active.http.market_transports import MarketTransports
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from sage_active.limits import MOST_BYTES_ON_THE_WIRE, MostBytes

HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
Result = TypeVar("Result")


class MarketApis:
    """Sends what is asked of a company to its market, signed with the tokens of all and the key of this market.

    `publish`: receives rotated tokens before they are used; `contents`: the ways for answers as large as files.
    """

    def __init__(
        self,
        config: ConnectionConfig,
        credentials: DirectCredentials,
        *,
        user_agent: str,
        publish: Callable[[Tokens], None],
        retry_policy: RetryPolicy | None,
    ) -> None:
        self._endpoints_of = config.endpoints_of
        transport = partial(
            Transport,
            user_agent=user_agent,
            connections=config.num_workers,
            retry_policy=retry_policy,
        )
        sign_in_errors = Errors(Api.SIGN_IN, credentials.target_system)
        self.sign_in_transport = transport(
            sign_in_errors, budget=budget_of(config.requests_per_minute), authenticator=UntilEnding(sign_in_errors)
        )
        self.sign_in = OAuth2Authenticator(
            credentials,
            token_url=config.endpoints.token,
            transport=self.sign_in_transport,
            token_path=config.token_path,
            publish=publish,
        )
        budget = budget_of(config.requests_per_minute)
        # The sign-in has its own: a renewal runs while the request that needs it holds a place.
        slots = threading.Semaphore(config.num_workers)

        def opened(most_on_the_wire: int, target_system: str, key: str) -> Transport:
            return transport(
                Errors(Api.DIRECT, target_system),
                authenticator=SubscriptionAuthenticator(self.sign_in, key),
                budget=budget,
                slots=slots,
                most_on_the_wire=most_on_the_wire,
            )

        self.transports = MarketTransports(credentials.keys, partial(opened, MOST_BYTES_ON_THE_WIRE))
        self.contents = MarketTransports(credentials.keys, partial(opened, MostBytes.FILE))

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
        self.contents.close()
        self.transports.close()
        self.sign_in_transport.close()

    def url(self, company: Company) -> str:
        """Where the API of a company's market is."""
        return self._endpoints_of(company.target_system).graphql

    def served_contract(self, answers: AnswerDecoder) -> Contract | None:
        """The contract that the first market shows, where it does.

        Nothing is asked when that would rotate a refresh token that nobody would keep.
        """
        if self.sign_in.needs_renewal() and not self.sign_in.survives_renewal:
            return None
        return served_contract(self.transports.first, answers, self._endpoints_of("").graphql, HEADERS)

    def post(
        self,
        company: Company,
        stream: str,
        body: bytes,
        decode: Callable[[Response], Result],
        *,
        headers: Mapping[str, str] | None,
        idempotent: bool,
        most: MostBytes,
    ) -> Result:
        """Sends a document until `decode` accepts the answer. A company without an id stands for its market."""
        request = Request(
            "POST",
            self.url(company),
            headers={**HEADERS, **({"X-OrganizationId": company.id} if company.id else {}), **(headers or {})},
            body=body,
            stream=stream,
            company=company.id,
            idempotent=idempotent,
            most=most,
        )
        return self.transports.send(company, request, decode)
