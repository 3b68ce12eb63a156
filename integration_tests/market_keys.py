"""Credentials that reach several markets of a sandbox."""

from typing import Any, Final

from sage_active_sandbox.sandbox import Sandbox

MARKETS: Final = ("de", "es", "fr")
WRONG: Final = "a-key-that-no-market-has"
LISTS: Final = {"direct": ("further_markets", "subscription_key"), "maesn": ("further_accounts", "account_key")}


def credentials(sandbox: Sandbox, connection: str, **wrong: str) -> dict[str, Any]:
    """Those of the market DE, with the keys of all others; `wrong`: other keys, by market."""
    member, key = LISTS[connection]
    of_markets = {market: sandbox.configuration(connection, market)["credentials"] for market in MARKETS}
    further = [
        {"target_system": known["target_system"], key: wrong.get(market, known[key])}
        for market, known in of_markets.items()
        if market != "de"
    ]
    return {**of_markets["de"], member: further}
