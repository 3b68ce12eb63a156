"""The ways to the markets of one connection."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.transport import Transport

Result = TypeVar("Result")


class MarketTransports:
    """One transport for each market, so that a market that fails costs the others neither time nor patience.

    `keys`: the key of each market by its target system, the first one first; `open_transport`: makes a market's.
    """

    def __init__(self, keys: Mapping[str, str], open_transport: Callable[[str, str], Transport]) -> None:
        self._transports = {target_system: open_transport(target_system, key) for target_system, key in keys.items()}
        self.first = next(iter(self._transports.values()))

    def of(self, company: Company) -> Transport:
        """The way to a company's market; to the first one, where the company names none."""
        return self._transports[company.target_system] if company.target_system else self.first

    def send(self, company: Company, request: Request, decode: Callable[[Response], Result]) -> Result:
        """Sends a request to a company's market; see `Transport.send`. Its errors name that market."""
        with self._named(company) as transport:
            return transport.send(request, decode)

    def send_once(self, company: Company, request: Request, decode: Callable[[Response], Result]) -> Result:
        """The same in one try; see `Transport.send_once`."""
        with self._named(company) as transport:
            return transport.send_once(request, decode)

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
        for transport in self._transports.values():
            transport.close()

    @contextmanager
    def _named(self, company: Company) -> Iterator[Transport]:
        """The way to a company's market; errors of what is sent there name that market."""
        transport = self.of(company)
        try:
            yield transport
        except SageActiveError as error:
            if error.context.target == transport.errors.target:
                raise
            raise error.of_market(transport.errors.target) from None
