"""The ways to several markets: a request goes to its company's market, and an error names that one."""

from collections.abc import Iterator

import pytest

from sage_active.client import Company
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import UNREACHABLE, Api
from sage_active.http.market_transports import MarketTransports
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from unit_tests.loopback import Loopback, Reply

DE, FR = "sage-active-de", "sage-active-fr"
ONE_TRY = RetryPolicy(connect=1, read=1, answer=1, tries=0, first_pause=0.01, longest_pause=0.01)
FRENCH = Company("c", "Exemple SARL", "FR", "READY", True, target_system=FR)


@pytest.fixture
def transports() -> Iterator[MarketTransports]:
    """The ways to two markets."""

    def opened(target_system: str, _: str) -> Transport:
        errors = Errors(Api.MAESN, target_system)
        return Transport(errors, user_agent="unit/1", budget=budget_of(1000), connections=1, retry_policy=ONE_TRY)

    transports = MarketTransports({DE: "key", FR: "key"}, opened)
    yield transports
    transports.close()


@pytest.mark.parametrize("is_once", [False, True], ids=["patiently", "once"])
def test_errors_name_the_market_of_the_company(
    loopback: Loopback, transports: MarketTransports, *, is_once: bool
) -> None:
    loopback.script(Reply())

    def refused(_: Response) -> None:
        # What decodes answers is made for the first market.
        raise Errors(Api.MAESN, DE).of(UNREACHABLE)

    request = Request("GET", f"{loopback.url}/", stream="s", company="c")
    with pytest.raises(SageActiveError) as raised:
        if is_once:
            transports.send_once(FRENCH, request, refused)
        else:
            transports.send(FRENCH, request, refused)
    assert (raised.value.context.target, raised.value.fault) == (FR, UNREACHABLE)


def test_a_company_that_names_no_market_belongs_to_the_first(transports: MarketTransports) -> None:
    assert transports.of(Company("c", "Any", "DE", None, True)) is transports.first
    assert transports.of(FRENCH) is not transports.first
    with pytest.raises(KeyError):
        transports.of(Company("c", "Any", "ES", None, True, target_system="sage-active-es"))
