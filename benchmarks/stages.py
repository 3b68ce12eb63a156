"""What each stage of a page costs in one thread: `python -m benchmarks.stages` prints it as JSON."""

import gc
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, Final

from benchmarks.connector import NO_BUDGET, ROOTS, reads_of
from benchmarks.server import PreparedPages
from benchmarks.wire import Request, Server
from benchmarks.yardsticks import ROWS, Read, document
from sage_active.direct.answers import PAGE_DECODER
from sage_active.direct.contract import Contract
from sage_active.direct.heads import Heads
from sage_active.errors import Errors
from sage_active.faults import Api
from sage_active.http import request as http
from sage_active.http.transport import Transport, budget_of
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.runtime.large_blocks import give_back_large_blocks
from source_sage_active.records import record_lines

PAGES: Final = 20
REPEATS: Final = 5
ROWS_PER_PAGE: Final = ROWS["direct"]
FETCH, CUT, LOOK, WRITE = (
    "request, headers, body",
    "cut the page into rows",
    "keys and dates of rows and children",
    "RECORD lines",
)


def pages(read: Read) -> list[bytes]:
    """Answers as the server sends them."""
    server = PreparedPages(PAGES * ROWS_PER_PAGE * len(ROOTS))
    bodies = [document(read, ROWS_PER_PAGE, str(number * ROWS_PER_PAGE) if number else None) for number in range(PAGES)]
    return [server.answer(Request("POST", "/graphql", {}, body)) for body in bodies]


@contextmanager
def fetching(bodies: list[bytes]) -> Iterator[Callable[[int], Any]]:
    """What brings the answer of a number over a socket, as the connector does."""
    server = Server(lambda request: bodies[int(request.body)])
    threading.Thread(target=server.serve, daemon=True).start()
    transport = Transport(Errors(Api.DIRECT, "any"), user_agent="stages", budget=budget_of(NO_BUDGET), connections=1)

    def fetch(number: int) -> Any:
        request = http.Request("POST", f"{server.url}/graphql", body=str(number).encode())
        return transport.send(request, lambda answer: answer.body)

    yield fetch
    transport.close()
    server.close()


def costs(read: Read) -> dict[str, float]:
    """Microseconds per record of each stage, for one object."""
    stream = read.stream
    binding = RESOURCE_BY_NAME[stream].direct
    if binding is None:
        raise KeyError(stream)
    heads = Heads(Contract().fields(binding.type))
    spent: dict[str, list[float]] = {}

    def timed(stage: str, step: Callable[[Any], Any], inputs: list[Any]) -> list[Any]:
        began = time.thread_time()
        outputs = [step(page) for page in inputs]
        spent.setdefault(stage, []).append((time.thread_time() - began) / PAGES / ROWS_PER_PAGE * 1e6)
        return outputs

    with fetching(pages(read)) as fetch:
        for _ in range(REPEATS):
            bodies = timed(FETCH, fetch, list(range(PAGES)))
            cut = timed(CUT, lambda body: PAGE_DECODER.decode(body).data["page"].nodes, bodies)  # type: ignore[index,union-attr]
            looked = timed(LOOK, lambda rows: heads.page(rows)[0], cut)
            timed(WRITE, lambda page: record_lines(stream, "company", page, 0), looked)
    return {stage: median(microseconds) for stage, microseconds in spent.items()}


def main() -> None:
    """Prints the mean over the objects."""
    # As the commands do.
    give_back_large_blocks()
    gc.freeze()
    found = [costs(read) for read in reads_of("direct")]
    print(json.dumps({stage: sum(by_stage[stage] for by_stage in found) / len(found) for stage in found[0]}))


if __name__ == "__main__":
    main()
