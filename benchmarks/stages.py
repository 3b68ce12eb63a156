"""What each stage of a page costs in one thread, without a wire: `python -m benchmarks.stages` prints it as JSON."""

import gc
import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final

from benchmarks.connector import ROOTS, reads_of
from benchmarks.server import PreparedPages
from benchmarks.wire import Request
from benchmarks.yardsticks import ROWS, Read, document
from sage_active.direct.answers import PAGE_DECODER
from sage_active.direct.contract import Contract
from sage_active.direct.heads import Heads
from sage_active.resources.table import RESOURCE_BY_NAME
from source_sage_active.records import record_lines

PAGES: Final = 20
REPEATS: Final = 5
ROWS_PER_PAGE: Final = ROWS["direct"]
CUT, LOOK, WRITE = "cut the page into rows", "keys and dates of rows and children", "RECORD lines"


def pages(read: Read) -> list[bytes]:
    """Answers as the server sends them."""
    server = PreparedPages(PAGES * ROWS_PER_PAGE * len(ROOTS))
    bodies = [document(read, ROWS_PER_PAGE, str(number * ROWS_PER_PAGE) if number else None) for number in range(PAGES)]
    return [server.answer(Request("POST", "/graphql", {}, body)) for body in bodies]


def costs(read: Read) -> dict[str, float]:
    """Microseconds per record of each stage, for one object."""
    stream = read.stream
    place = RESOURCE_BY_NAME[stream].direct
    if place is None:
        raise KeyError(stream)
    heads = Heads(Contract().fields(place.type))
    spent: dict[str, list[float]] = {}

    def timed(stage: str, step: Callable[[Any], Any], inputs: list[Any]) -> list[Any]:
        began = time.thread_time()
        outputs = [step(page) for page in inputs]
        spent.setdefault(stage, []).append((time.thread_time() - began) / PAGES / ROWS_PER_PAGE * 1e6)
        return outputs

    bodies: list[Any] = pages(read)
    for _ in range(REPEATS):
        cut = timed(CUT, lambda body: PAGE_DECODER.decode(body).data["page"].nodes, bodies)  # type: ignore[index,union-attr]
        looked = timed(LOOK, lambda rows: heads.page(rows)[0], cut)
        timed(WRITE, lambda page: record_lines(stream, "company", page, 0), looked)
    return {stage: median(microseconds) for stage, microseconds in spent.items()}


def main() -> None:
    """Prints the mean over the objects."""
    gc.freeze()
    found = [costs(read) for read in reads_of("direct")]
    print(json.dumps({stage: sum(by_stage[stage] for by_stage in found) / len(found) for stage in found[0]}))


if __name__ == "__main__":
    main()
