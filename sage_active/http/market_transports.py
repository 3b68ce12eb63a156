"""The ways to the markets of one connection."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.transport import Transport

Result = TypeVar("Result")


class MarketTransports:
    """One transport for each market, so that a market that fails costs the others neither time nor patience.

    `keys`: the key of each market by its target system, the first one first; `opened`: makes a market's transport.
    """

    def __init__(self, keys: Mapping[str, str], opened: Callable[[str, str], Transport]) -> None:
        self._transports = {target_system: opened(target_system, key) for target_system, key in keys.items()}
        self.first = next(iter(self._transports.values()))

    def of(self, company: Company) -> Transport:
        """The way to a company's market; to the first one, where the company names none."""
        return self._transports[company.target_system] if company.target_system else self.first

    def send(self, company: Company, request: Request, decode: Callable[[Response], Result]) -> Result:
        """Sends a request to a company's market; see `Transport.send`. Its errors name that market."""
        transport = self.of(company)
        try:
            return transport.send(request, decode)
        except SageActiveError as error:
            if error.context.target == transport.errors.target:
                raise
            raise error.of_market(transport.errors.target) from None

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
        for transport in self._transports.values():
            transport.close()
