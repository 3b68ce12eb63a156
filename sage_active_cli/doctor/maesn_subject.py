"""Whom questions about Maesn are put to: one company of an account key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from sage_active.client import Company, ReadRequest
from sage_active.http.response import Response
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.reading import FetchedPage
from sage_active.markets import MAESN
from sage_active.resources.resource import Resource

ANYTHING: "Final[msgspec.json.Decoder[dict[str, Any]]]" = msgspec.json.Decoder(dict[str, Any])


class ExaminedMaesn(MaesnClient):
    """A client that shows answers as they come."""

    def body(
        self, company: Company, resource: Resource, parameters: Mapping[str, str], key: str = ""
    ) -> Mapping[str, Any]:
        """The whole answer to a list, or to one record by its key. Raises `SageActiveError`."""
        path = f"/accounting/{resource.on(MAESN).path}{f'/{key}' if key else ''}"
        pair = {"companyId": company.id, "environmentName": company.environment_name or ""}

        def decode(answer: Response) -> Mapping[str, Any]:
            return self.answers.body_or_raise(answer, ANYTHING)

        return self._transports.send(company, self._request(path, {**pair, **parameters}, resource.name), decode)


@dataclass(frozen=True, slots=True)
class MaesnSubject:
    """One company. `listed`: all companies of the account key."""

    client: ExaminedMaesn
    company: Company
    listed: Sequence[Company]

    def fetch_page(self, resource: Resource, rows: int, filters: Mapping[str, str] | None = None) -> FetchedPage:
        """The first page of a list, as the connector reads it. Raises `SageActiveError`."""
        return self.client.fetch(ReadRequest(resource, self.company, {}), 1, filters or {}, rows)

    def body(self, resource: Resource, parameters: Mapping[str, str], key: str = "") -> Mapping[str, Any]:
        """The whole answer to a list, or to one record by its key. Raises `SageActiveError`."""
        return self.client.body(self.company, resource, parameters, key)
