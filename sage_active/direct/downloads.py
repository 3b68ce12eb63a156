"""The content of files: links that are good for a few minutes, and what is behind them.

Source: docs/reference/files.md, "Links to content".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from sage_active.client import Company
from sage_active.direct.aliased import AliasedQuery, Ok, Refused
from sage_active.direct.query import RootField, Variable
from sage_active.encoded_content import decoded_content
from sage_active.errors import Errors
from sage_active.faults import CONTRADICTION, classify
from sage_active.http.market_transports import MarketTransports
from sage_active.http.request import Request, Sink
from sage_active.http.response import Response
from sage_active.limits import MostBytes
from sage_active.markets import DIRECT
from sage_active.resources.resource import Member, Resource

# What requests for links and contents are for, in messages and for patience: not the stream, which goes on without.
PURPOSE: Final = "contents"
OK: Final = 200
EXPIRED: Final = 404
LONGEST_TEXT: Final = 2000
# A path below the API's own address: the signature must not travel to another one.
LINK: Final = re.compile(r"/(?![/\\])[!-~]*")
_DECODER: Final = msgspec.json.Decoder(Any)


class Downloads:
    """Those of one sign-in. Safe for all threads. `url`: where the API of a company is."""

    def __init__(
        self, aliased: AliasedQuery, transports: MarketTransports, errors: Errors, url: Callable[[Company], str]
    ) -> None:
        self._aliased = aliased
        self._transports = transports
        self.errors = errors
        self._url = url

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
        self._transports.close()

    def links(self, resource: Resource, company: Company, ids: Sequence[str]) -> Mapping[str, str]:
        """New links to the contents of files, by their ids; a file without one is missing. Raises `SageActiveError`."""
        binding = resource.on(DIRECT)
        if binding.downloading is None:
            raise KeyError(f"{resource.name} are not files")
        link = binding.downloading.link
        fields = {
            row_id: RootField(
                binding.root, {"where": {"id": {"eq": Variable("id", "String", row_id)}}}, f"nodes {{ id {link} }}"
            )
            for row_id in ids
        }
        found: dict[str, str] = {}
        for row_id, outcome in self._aliased.ask(fields, company, PURPOSE, _DECODER).items():
            for row in _rows(outcome.data) if isinstance(outcome, Ok) else ():
                if row.get("id") == row_id and isinstance(row.get(link), str):
                    found[row_id] = row[link]
        return found

    def pdf(self, resource: Resource, company: Company, row_id: str) -> bytes:
        """The PDF of a document (docs/reference/files.md, "Queries that act"). Raises `SageActiveError`."""
        if resource.printing is None:
            raise KeyError(f"{resource.name} are not printed")
        chosen = {"type": Member(resource.printing.kind), "id": Variable("id", "UUID!", row_id)}
        fields = {row_id: RootField("documentPdfPreview", {"input": chosen}, "pdfPreview")}
        outcome = self._aliased.ask(fields, company, PURPOSE, _DECODER)[row_id]
        if isinstance(outcome, Refused):
            raise outcome.error
        content = outcome.data.get("pdfPreview") if isinstance(outcome, Ok) and isinstance(outcome.data, dict) else None
        return decoded_content(self.errors, content)

    def fetch(self, company: Company, link: str, sink: Sink) -> bool:
        """Puts what is behind a link into `sink`. False: the link has expired, or the file is gone.

        Raises `SageActiveError`.
        """
        if not LINK.fullmatch(link):
            raise self.errors.of(CONTRADICTION, detail="a link to a file that is not a path below its own address")

        def is_there(answer: Response) -> bool:
            if answer.status in (OK, EXPIRED):
                return answer.status == OK
            text = answer.body[:LONGEST_TEXT].decode(errors="replace")
            fault = classify(self.errors.api, answer.status, text=text)
            raise self.errors.of(fault, status=answer.status, detail=answer.outline)

        request = Request(
            "GET",
            f"{self._url(company).removesuffix('/graphql')}{link}",
            headers={"X-OrganizationId": company.id, "Accept": "*/*"},
            stream=PURPOSE,
            company=company.id,
            most=MostBytes.FILE,
            sink=sink,
        )
        return self._transports.send(company, request, is_there)


def _rows(page: Any) -> Sequence[Mapping[str, Any]]:
    nodes = page.get("nodes") if isinstance(page, dict) else None
    return [row for row in nodes if isinstance(row, dict)] if isinstance(nodes, list) else []
