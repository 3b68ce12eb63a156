"""No more requests are under way at once than there are connections, however many threads and markets there are."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sage_active.client import Company
from sage_active.errors import Errors
from sage_active.faults import Api
from sage_active.http.market_transports import MarketTransports
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.transport import Transport, budget_of
from unit_tests.loopback import Loopback, ReceivedRequest, Reply

CONNECTIONS = 3
MARKETS = ("sage-active-de", "sage-active-fr")
COMPANIES = [Company("c", "Any", market[-2:].upper(), "READY", True, target_system=market) for market in MARKETS]
new_transport = partial(Transport, user_agent="unit/1", budget=budget_of(1000), connections=CONNECTIONS)


def most_under_way(send: Callable[[Request, int], int]) -> int:
    """How many of thirty requests were under way at once; `send` brings a request to the server, by its number."""
    lock = threading.Lock()
    numbers: list[int] = []
    under_way = 0
    # The first ones wait for each other: so many are under way at once, and never more.
    together = threading.Barrier(CONNECTIONS)

    def answer(request: ReceivedRequest) -> Reply:
        nonlocal under_way
        with lock:
            under_way += 1
            numbers.append(under_way)
            is_first = len(numbers) <= CONNECTIONS
        if is_first:
            together.wait(10)
        with lock:
            under_way -= 1
        return Reply()

    with Loopback(answer) as loopback, ThreadPoolExecutor(12) as pool:

        def sent(number: int) -> int:
            return send(Request("GET", f"{loopback.url}/{number}", stream="s", company="c"), number)

        assert set(pool.map(sent, range(30))) == {200}
    return max(numbers)


def test_requests_wait_for_a_place() -> None:
    transport = new_transport(Errors(Api.MAESN, "any"))
    assert most_under_way(lambda request, _: transport.send(request, _status)) == CONNECTIONS
    transport.close()


def test_markets_share_their_places() -> None:
    slots = threading.Semaphore(CONNECTIONS)

    def opened(target_system: str, _: str) -> Transport:
        return new_transport(Errors(Api.MAESN, target_system), slots=slots)

    transports = MarketTransports(dict.fromkeys(MARKETS, "key"), opened)
    number_under_way = most_under_way(
        lambda request, number: transports.send(COMPANIES[number % len(COMPANIES)], request, _status)
    )
    transports.close()
    assert number_under_way == CONNECTIONS


def _status(answer: Response) -> int:
    return answer.status
