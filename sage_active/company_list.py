"""The companies of all markets of a connection, as one list."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from sage_active.client import Company, CompanyList
from sage_active.counted import counted
from sage_active.errors import SageActiveError
from sage_active.markets import MARKET_BY_TARGET

LOGGER = logging.getLogger("airbyte")


def nobody(target_system: str) -> Company:
    """Stands for a market in what belongs to no company."""
    market = MARKET_BY_TARGET[target_system].code
    return Company("", "", market, None, usable=False, target_system=target_system)


def list_markets(target_systems: Sequence[str], ask: Callable[[str], Iterable[Company]]) -> CompanyList:
    """Asks one market after the other for its companies.

    Raises the first error where none of them answers; those of the other markets are in the log.
    """
    companies: list[Company] = []
    refused: dict[str, SageActiveError] = {}
    for target_system in target_systems:
        try:
            companies += [replace(company, target_system=target_system) for company in ask(target_system)]
        except SageActiveError as error:
            refused[target_system] = error
    if len(target_systems) == 1 and refused:
        raise refused[target_systems[0]]
    located = {market: error.located("companies", f"Market {market}") for market, error in refused.items()}
    if len(located) == len(target_systems):
        first, *others = located.values()
        for error in others:
            LOGGER.warning("%s", error)
        raise first
    return CompanyList(_reached_once(companies), located)


def market_remarks(target_systems: Collection[str], found: CompanyList) -> list[str]:
    """A sentence for `check` that names the result of each market; nothing where there is one only."""
    if len(target_systems) == 1:
        return []
    numbers = Counter(company.target_system for company in found.companies if company.usable)
    results = (
        f"{market}: not listed ({found.refused[market].fault.name})"
        if market in found.refused
        else f"{market}: {counted(numbers[market], 'usable company', 'usable companies')}"
        for market in target_systems
    )
    return [f"Markets: {'; '.join(results)}."]


def _reached_once(companies: Sequence[Company]) -> list[Company]:
    """A usable company that several markets list is reached through its own, else through the first of them.

    One that is at home in several of them is left to `resolve_companies`, which refuses what has the id of another.
    """
    first: dict[str, set[str]] = {}
    at_home: dict[str, set[str]] = {}
    for company in companies:
        if not company.usable:
            continue
        first.setdefault(company.id, {company.target_system})
        if company.market == MARKET_BY_TARGET[company.target_system].code:
            at_home.setdefault(company.id, set()).add(company.target_system)
    through = first | at_home
    return [company for company in companies if not company.usable or company.target_system in through[company.id]]
