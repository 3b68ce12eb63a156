"""A direct connection over loopback, for tests of what is written through it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.direct.client import DirectClient
from sage_active.direct.writing import DirectWriter
from sage_active.http.retry_policy import RetryPolicy
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply

QUICK: Final = RetryPolicy(connect=1, read=0.4, answer=0.8, tries=2, first_pause=0.01, longest_pause=0.05)
COMPANY: Final = Company("c1", "Muster GmbH", "DE", "READY", True)
CREDENTIALS: Final = {
    "auth_type": "token",
    "target_system": "sage-active-de",
    "client_id": "the-client-id",
    "client_secret": "the-client-secret",
    "subscription_key": "the-subscription-key",
    "refresh_token": "the-refresh-token",
    "access_token": "the-access-token",
    "token_expiry_date": "2999-01-01T00:00:00Z",
}
TOKENS: Final = {"access_token": "another-access-token", "expires_in": 28800, "refresh_token": "another-refresh-token"}


@contextmanager
def direct_writer(loopback: Loopback) -> Iterator[DirectWriter]:
    """A writer that speaks to the scripted server."""
    config = ConnectionConfig.model_validate({"credentials": CREDENTIALS, "sandbox_url": loopback.url})
    writer = DirectWriter(DirectClient(config, user_agent="unit/1", publish=lambda _: None, retry_policy=QUICK))
    try:
        yield writer
    finally:
        writer.close()


def graphql(answer: Callable[[str, dict[str, Any]], Reply]) -> Callable[[ReceivedRequest], Reply]:
    """Answers GraphQL documents by `answer(document, variables)`, and renewals of tokens as the sign-in server does."""

    def answering(request: ReceivedRequest) -> Reply:
        if request.path.endswith("/connect/token"):
            return json_reply(TOKENS)
        body = json.loads(request.body)
        return answer(body["query"], body["variables"])

    return answering


def documents(loopback: Loopback) -> list[tuple[str, dict[str, Any]]]:
    """The GraphQL documents that were sent, with their variables."""
    bodies = [json.loads(request.body) for request in loopback.requests if request.path.endswith("/graphql")]
    return [(body["query"], body["variables"]) for body in bodies]


def page(
    rows: list[dict[str, Any]], *, cursor: str | None = None, more: bool = False, total: int | None = None
) -> Reply:
    """One page of a list, which states `total` rows, or as many as it has."""
    count = len(rows) if total is None else total
    connection = {"totalCount": count, "nodes": rows, "pageInfo": {"hasNextPage": more, "endCursor": cursor}}
    return json_reply({"data": {"page": connection}})
