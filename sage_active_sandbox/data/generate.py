"""Fills a store with plausible, deterministic companies for DE, ES and FR; all of it is invented."""

from sage_active_sandbox.data.books_reference import reopen
from sage_active_sandbox.data.builders import build_later
from sage_active_sandbox.data.maker import Maker
from sage_active_sandbox.data.market import Market
from sage_active_sandbox.data.markets import MARKETS
from sage_active_sandbox.data.organization import organization_row
from sage_active_sandbox.data.reference import fill_company, fill_market
from sage_active_sandbox.store import Company, Store

SHARED_ENVIRONMENT = 2
"""The first companies of a market belong to one environment, the others have their own."""


def populate(store: Store, *, rows: int = 60, seed: int = 1, companies_per_market: int = 3) -> None:
    """Add the companies of all markets with their data.

    ``rows`` is the number of customers per usable company; there are half as many suppliers and products, as many bills
    and twice as many invoices, a tenth of them credit notes. Tables are built when they are first asked for.
    Every market also has two companies that cannot be used: one ready but not onboarded, one expired. The same
    arguments give the same ids, dates and values on every day; everything dates from 2021 to 2025.
    """
    with store.lock:
        store.seed = seed
        for market in MARKETS.values():
            fill_market(store, market.code)
            for company in _companies(market, seed, companies_per_market):
                store.companies[company.id] = company
                if company.usable:
                    _fill(store, company, rows)


def add_company(store: Store, market_code: str, name: str | None = None, *, open_years: bool = False) -> Company:
    """Add a usable company with reference data only, for example as the target of a copy; KeyError for the market.

    It belongs to the environment of the market's first company. ``open_years``: none of its exercises is closed.
    """
    market = MARKETS[market_code.upper()]
    with store.lock:
        siblings = [company for company in store.companies.values() if company.market == market.code]
        maker = Maker(store.seed, market.code, "added company", len(siblings))
        company = Company(
            id=maker.uuid(),
            name=name or f"{market.companies[0]} {len(siblings) + 1}",
            market=market.code,
            status="READY",
            onboarded=True,
            environment_id=siblings[0].environment_id if siblings else maker.uuid(),
        )
        store.companies[company.id] = company
        fill_company(store, company, Maker(company.id, "references"))
        if open_years:
            reopen(company.tables["AccountingExercise"])
        company.tables["OrganizationDetail"] = {company.id: organization_row(store, company, market)}
        return company


def _companies(market: Market, seed: int, usable: int) -> list[Company]:
    maker = Maker(seed, market.code, "companies")
    shared = maker.uuid()
    names = [
        market.companies[index] if index < len(market.companies) else f"{market.companies[index % 4]} {index + 1}"
        for index in range(usable)
    ]
    companies = [
        Company(
            id=maker.uuid(),
            name=name,
            market=market.code,
            status="READY",
            onboarded=True,
            environment_id=shared if index < SHARED_ENVIRONMENT else maker.uuid(),
        )
        for index, name in enumerate(names)
    ]
    states = (("READY", False), ("EXPIRED", True))
    unusable_maker = Maker(seed, market.code, "unusable companies")
    for name, (status, onboarded) in zip(market.unusable, states, strict=True):
        companies.append(
            Company(unusable_maker.uuid(), name, market.code, status, onboarded, environment_id=unusable_maker.uuid())
        )
    return companies


def _fill(store: Store, company: Company, rows: int) -> None:
    references = fill_company(store, company, Maker(company.id, "references"))
    build_later(store, company, references, rows)
    company.tables["OrganizationDetail"] = {company.id: organization_row(store, company, MARKETS[company.market])}
