"""What `check` finds out about streams: a few requests, however many streams and companies there are."""

from collections.abc import Sequence
from typing import Final

from sage_active.client import Client, Company
from sage_active.errors import SageActiveError
from sage_active.limits import MOST_LISTED
from sage_active.resources.resource import Resource

COMPANIES_PROBED: Final = 3


def probed(client: Client, resources: Sequence[Resource], companies: Sequence[Company]) -> list[str]:
    """Reads a little of every object in the first company, and of one that can be read in some others.

    Returns remarks about what cannot be read. Raises `SageActiveError` when nothing can be read in a company.
    """
    first, *others = companies[:COMPANIES_PROBED]
    failures = [_failures(client, [resources], first)]
    # The first company has shown what can be read; of another it is enough that something can.
    failures += [_failures(client, [resources[:1], resources[1:]], company) for company in others]
    return [f"Stream {name}: {error}" for of_company in failures for name, error in of_company.items()]


def shortened(remarks: Sequence[str]) -> list[str]:
    """As many remarks as a message has room for."""
    more = len(remarks) - MOST_LISTED
    return [*remarks[:MOST_LISTED], *([f"The log has {more} more remarks of this kind."] if more > 0 else [])]


def _failures(client: Client, parts: Sequence[Sequence[Resource]], company: Company) -> dict[str, SageActiveError]:
    """Why objects cannot be read in a company. It stops at the first part that can be read."""
    failures: dict[str, SageActiveError] = {}
    for part in parts:
        reasons = client.probe(part, company)
        failures |= {name: error for name, error in reasons.items() if error}
        if None in reasons.values():
            return failures
    if failures:
        raise next(reversed(failures.values()))
    return failures
