"""Plain lists and single objects: one request for each company, which no count can prove complete."""

import logging
from collections.abc import Iterator
from datetime import datetime

from sage_active.client import Page, ReadRequest, Summary, size_of
from sage_active.direct.strategies.keyed_rows import keyed_page
from sage_active.direct.strategies.root_values import RootValue, Sender, root_value
from sage_active.direct.strategies.without_parts import WithoutParts
from sage_active.faults import CONTRADICTION
from sage_active.first_pages import FirstPageCache
from sage_active.resources.resource import PlainList, Singleton

LOGGER = logging.getLogger("airbyte")


class OneAnswer(WithoutParts):
    """Implements `Reading` for a root whose rows come in one answer."""

    def __init__(
        self, sender: Sender, request: ReadRequest, read: PlainList | Singleton, waiting: FirstPageCache
    ) -> None:
        self._sender = sender
        self._request = request
        self._read = read
        first = self._value()
        self._first = waiting.keep(first, size_of(first.rows))
        self.started_at: datetime = first.date
        self._delivered = 0

    def rest(self) -> Iterator[Page]:
        """The one page, unless there is nothing."""
        pages = [keyed_page((self._first() or self._value()).rows, self._read.key, "page 1")]
        self._delivered = len(pages[0].rows)
        if pages[0].rows or pages[0].oddities:
            # Not held here while it waits to be written.
            yield pages.pop()

    def summary(self) -> Summary:
        """What was delivered; nothing is stated."""
        return Summary(None, self._delivered, None, self._sender.shape(self._request).dropped_names)

    def _value(self) -> RootValue:
        argument = self._read.argument if isinstance(self._read, Singleton) else None
        arguments = {argument: self._request.company.id} if argument else {}
        value = root_value(self._sender, self._request, arguments)
        if value.is_null and isinstance(self._read, PlainList):
            raise self._sender.errors.of(CONTRADICTION, detail="a list that is null")
        if value.is_null:
            LOGGER.info(
                "%s, stream %s: the company has none.", self._request.company.label, self._request.resource.name
            )
        return value
