"""The keys of further markets, for one configuration that reaches several."""

from collections.abc import Callable, Iterable
from typing import Any

from sage_active.errors import configuration_error
from sage_active.markets import Market
from sage_active_cli.present import FURTHER, MARKET_BY_CODE, Present


def check_further(codes: Iterable[str], first: Market) -> None:
    """Raises a configuration error when one of the further markets is the first."""
    if first in (MARKET_BY_CODE[code] for code in codes):
        raise configuration_error(
            f"`--further-market` names {first.code}, which is the market of the configuration.",
            "Name another market, or leave the option out.",
        )


def further_keys(
    codes: Iterable[str], present: Present, connection: str, ask: Callable[[Market, str | None], str]
) -> dict[str, Any]:
    """The member of the credentials that has the keys of further markets; nothing where there are none.

    Those of the configuration stay, and those of the markets that `codes` name are asked for with `ask`, which is given
    the present key.
    """
    keys = present.further_keys(connection)
    for code in dict.fromkeys(codes):
        market = MARKET_BY_CODE[code]
        keys[market.target_system] = ask(market, keys.get(market.target_system))
    member, key = FURTHER[connection]
    return {member: [{"target_system": name, key: value} for name, value in keys.items()]} if keys else {}
