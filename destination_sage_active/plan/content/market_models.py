"""What objects accept, by market: the engines know one model for each, however many markets a connection has."""

from collections.abc import Mapping

from sage_active.client import Company
from sage_active.writing import WriteModel


class MarketModels:
    """The models of one sync, by object; those of a market are made once."""

    def __init__(self, models: Mapping[str, WriteModel]) -> None:
        self._models = models
        self._of_markets: dict[tuple[str, str], WriteModel] = {}

    def of(self, name: str, company: Company) -> WriteModel:
        """What an object accepts in a company."""
        at = (name, company.market)
        if at not in self._of_markets:
            self._of_markets[at] = self._models[name].in_market(company.market)
        return self._of_markets[at]
