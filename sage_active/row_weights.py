"""How many rows a page asks for, by what rows have weighed so far."""

import threading
from dataclasses import dataclass
from typing import Final

from sage_active.limits import BYTES_OF_A_PAGE, MostBytes

# How far one full page of lighter rows moves the weight: heavy and light pages may come by turns.
DESCENT: Final = 1 / 8


@dataclass(frozen=True, slots=True)
class RowKind:
    """Rows that are expected to weigh about the same: those of one stream in one market, with the same selection.

    `estimate`: bytes of a row before any was seen; 0 where nothing is known of them.
    """

    market: str
    stream: str
    estimate: int = 0


class RowWeights:
    """What was seen of each kind of row in this run. Safe for all threads."""

    def __init__(self) -> None:
        self._weights: dict[RowKind, float] = {}
        self._lock = threading.Lock()

    def rows(self, kind: RowKind, most: int) -> int:
        """How many rows a page asks for at present, from 1 to `most`: as many as come to `BYTES_OF_A_PAGE`."""
        weight = self._weights.get(kind, kind.estimate)
        return max(1, min(most, int(BYTES_OF_A_PAGE / weight))) if weight else most

    def seen(self, kind: RowKind, rows: int, size: int, requested: int) -> None:
        """Takes a page of `rows` rows and `size` bytes into account; `requested` rows were asked for.

        Heavier rows count at once, lighter ones step by step; the fewer rows there are, the less they say of others.
        """
        if not rows:
            return
        seen = size / rows
        share = min(1.0, rows / requested)
        with self._lock:
            known = self._weights.get(kind, float(kind.estimate)) or seen
            step = (seen - known) * share
            weight = known + (step if step > 0 else step * DESCENT)
            # A page above what is aimed at needs no others to prove it.
            self._weights[kind] = max(weight, seen) if size > BYTES_OF_A_PAGE else weight

    def exceeded(self, kind: RowKind, requested: int) -> int:
        """A page of `requested` rows was larger than a page may be; returns how many it is asked for again.

        Raises `ValueError` where there are no fewer.
        """
        if requested <= 1:
            raise ValueError("a page has one row at least")
        with self._lock:
            known = self._weights.get(kind, float(kind.estimate))
            self._weights[kind] = max(known, MostBytes.PAGE / requested)
        # How much larger it was is not known; too few rows show it with the next page.
        return max(1, requested // 4)
