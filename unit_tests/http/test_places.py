"""No more requests are under way at once than there are connections, however many threads there are."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sage_active.errors import Errors
from sage_active.faults import Api
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.http.transport import Transport
from unit_tests.loopback import Loopback, ReceivedRequest, Reply

CONNECTIONS = 3


def test_requests_wait_for_a_place() -> None:
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

    with Loopback(answer) as loopback:
        transport = Transport(
            Errors(Api.MAESN, "any"), user_agent="unit/1", requests_per_minute=1000, connections=CONNECTIONS
        )

        def send(number: int) -> int:
            request = Request("GET", f"{loopback.url}/{number}", stream="s", company="c")
            return transport.send(request, _status)

        with ThreadPoolExecutor(12) as pool:
            assert set(pool.map(send, range(30))) == {200}
        transport.close()
    assert max(numbers) == CONNECTIONS


def _status(answer: Response) -> int:
    return answer.status
