"""Both APIs with one small company, whose customers are rows of any text: what a read makes of odd rows."""

import json
from collections.abc import Sequence
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)

from source_sage_active.records import PageMessage
from source_sage_active.source import SourceSageActive
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply

COMPANY_ID: Final = "39fb5540-bdea-4807-96d8-92c22f591448"
CREDENTIALS: Final = {
    "direct": {
        "auth_type": "token",
        "target_system": "sage-active-de",
        "client_id": "client",
        "client_secret": "client-secret",
        "refresh_token": "refresh-token",
        "subscription_key": "subscription-key",
    },
    "maesn": {
        "auth_type": "maesn",
        "target_system": "sage-active-de",
        "api_key": "api-key-1",
        "account_key": "account-key-1",
    },
}
ORGANIZATION: Final = {
    "id": COMPANY_ID,
    "status": "READY",
    "onboardingCompleted": True,
    "legislationCode": "DE",
    "socialName": "Muster GmbH",
}


class OddServer(Loopback):
    """Answers every list with the same rows, on one page, and says that there are no others."""

    def __init__(self, rows: Sequence[str]) -> None:
        super().__init__(self._answer)
        self.rows = rows

    def config(self, connection: str) -> dict[str, Any]:
        """A configuration that leads here."""
        return {"credentials": CREDENTIALS[connection], "sandbox_url": self.url}

    def _answer(self, request: ReceivedRequest) -> Reply:
        path = request.path.partition("?")[0]
        if path == "/connect/token":
            return json_reply({"access_token": "access", "refresh_token": "refresh-2", "expires_in": 28800})
        if path == "/auth/companies":
            return json_reply({"data": [{"id": COMPANY_ID, "name": "Muster GmbH", "environmentId": "e1"}]})
        if "organizations" in json.loads(request.body or b'{"query":""}')["query"]:
            return json_reply({"data": {"page": {"totalCount": 1, "nodes": [ORGANIZATION], "pageInfo": None}}})
        rows, total = ",".join(self.rows), len(self.rows)
        page = f'{{"totalCount":{total},"nodes":[{rows}],"pageInfo":{{"hasNextPage":false,"endCursor":null}}}}'
        pagination = f'{{"pagination":{{"total":{total},"totalPages":1}}}}'
        count = f'{{"totalCount":{total}}}'
        text = (
            f'{{"data":{{"page":{page},"guard0":{count}}}}}'
            if request.method == "POST"
            else f'{{"meta":{pagination},"data":[{rows}]}}'
        )
        return Reply(body=text.encode())


def catalog(*names: str) -> ConfiguredAirbyteCatalog:
    """A configured catalog of these streams, read incrementally."""
    streams = [
        {
            "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
            "sync_mode": "incremental",
            "destination_sync_mode": "append_dedup",
        }
        for name in names
    ]
    return ConfiguredAirbyteCatalogSerializer.load({"streams": streams})


def read(
    server: OddServer, connection: str, *streams: str, state: list[AirbyteStateMessage] | None = None
) -> list[AirbyteMessage]:
    """All messages of a read; raises what it raises."""
    return list(SourceSageActive().read_pages(server.config(connection), catalog(*streams), state))


def lines(messages: Sequence[AirbyteMessage]) -> list[bytes]:
    """The RECORD lines among messages."""
    return [line for message in messages if isinstance(message, PageMessage) for line in message.lines.splitlines()]
