"""The markets of Sage Active and the addresses that belong to them.

Sources: docs/reference/authentication.md, "Hosts"; docs/reference/maesn.md, "Host".
"""

from dataclasses import dataclass
from typing import Final

DIRECT: Final = "direct"
MAESN: Final = "maesn"
CONNECTIONS: Final = (DIRECT, MAESN)
CONNECTION_LABELS: Final = {DIRECT: "Sage Active directly", MAESN: "through Maesn"}


@dataclass(frozen=True, slots=True)
class Market:
    """One market: its legislation code, the name that the configuration uses, the host of its API, its time zone."""

    code: str
    target_system: str
    api_url: str
    time_zone: str


MARKETS: Final = (
    Market("DE", "sage-active-de", "https://api.de.active.sage.com", "Europe/Berlin"),
    Market("ES", "sage-active-es", "https://api.es.active.sage.com", "Europe/Madrid"),
    Market("FR", "sage-active-fr", "https://api.fr.active.sage.com", "Europe/Paris"),
)
MARKET_BY_TARGET: Final = {market.target_system: market for market in MARKETS}
SIGN_IN_URL: Final = "https://sbcauth.sage.fr"
MAESN_URL: Final = "https://api.maesn.dev"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Every address that one configuration may contact, without a trailing slash."""

    graphql: str
    token: str
    authorize: str
    revocation: str
    maesn: str


def endpoints(market: Market, sandbox_url: str | None) -> Endpoints:
    """The published addresses of a market, or those of a stand-in that plays all of them on one address."""
    api = (sandbox_url or market.api_url).rstrip("/")
    sign_in = (sandbox_url or SIGN_IN_URL).rstrip("/")
    return Endpoints(
        graphql=f"{api}/graphql",
        token=f"{sign_in}/connect/token",
        authorize=f"{sign_in}/connect/authorize",
        revocation=f"{sign_in}/connect/revocation",
        maesn=(sandbox_url or MAESN_URL).rstrip("/"),
    )
