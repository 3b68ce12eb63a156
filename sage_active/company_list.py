"""The companies of all markets of a connection, as one list."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain

from sage_active.client import Company, CompanyList
from sage_active.counted import counted
from sage_active.errors import SageActiveError
from sage_active.markets import MARKET_BY_TARGET

LOGGER = logging.getLogger("airbyte")


def market_placeholder(target_system: str) -> Company:
    """Stands for a market in what belongs to no company."""
    market = MARKET_BY_TARGET[target_system].code
    return Company("", "", market, None, usable=False, target_system=target_system)


def list_markets(target_systems: Sequence[str], ask: Callable[[str], Iterable[Company]]) -> CompanyList:
    """Asks all markets side by side for their companies; `ask`: the companies of one, from a thread of its own.

    Raises the first error where none of them answers; those of the other markets are in the log.
    """
    if len(target_systems) == 1:
        (only,) = target_systems
        return CompanyList(_reached_once(_reached_through(only, ask(only))))

    def outcome(target_system: str) -> list[Company] | SageActiveError:
        try:
            return _reached_through(target_system, ask(target_system))
        except SageActiveError as error:
            return error

    executor = ThreadPoolExecutor(len(target_systems), thread_name_prefix="market")
    try:
        outcomes = dict(zip(target_systems, executor.map(outcome, target_systems), strict=True))
    finally:
        # After an interruption the client is closed, which ends what is under way.
        executor.shutdown(wait=False, cancel_futures=True)
    located = {
        market: error.located("companies", f"Market {market}")
        for market, error in outcomes.items()
        if isinstance(error, SageActiveError)
    }
    if len(located) == len(target_systems):
        first, *others = located.values()
        for error in others:
            LOGGER.warning("%s", error)
        raise first
    listed = (companies for companies in outcomes.values() if not isinstance(companies, SageActiveError))
    return CompanyList(_reached_once(list(chain.from_iterable(listed))), located)


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


def _reached_through(target_system: str, companies: Iterable[Company]) -> list[Company]:
    return [replace(company, target_system=target_system) for company in companies]


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
