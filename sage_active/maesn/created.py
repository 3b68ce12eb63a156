"""How many rows of a full read were created before given moments.

Maesn's lists cannot be filtered by creation date, so only whoever reads all rows can count them
(docs/reference/maesn.md, "Changes").
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from sage_active.client import RowBytes
from sage_active.maesn.models import MODELS
from sage_active.moments import format_utc, normalize_utc
from sage_active.odd_rows import UNREADABLE_ROW
from sage_active.resources.resource import MaesnResource

CREATED: Final = "createdDate"


class _Head(msgspec.Struct):
    createdDate: str | None = None


_DECODE: Final = msgspec.json.Decoder(_Head).decode


class CreatedBefore:
    """Counts rows; one without a date that can be read counts for every moment. The owner holds a lock."""

    def __init__(self, moments: Sequence[datetime]) -> None:
        # Text order is time order.
        self._moments = [format_utc(moment) for moment in moments]
        self._counts = [0] * len(moments)

    @property
    def counts(self) -> tuple[int, ...]:
        """The rows before each moment."""
        return tuple(self._counts)

    def add(self, rows: Iterable[RowBytes]) -> None:
        """Counts rows that were not counted before."""
        for row in rows:
            created = _created(row)
            for number, moment in enumerate(self._moments):
                self._counts[number] += created < moment


def knows_creation(binding: MaesnResource) -> bool:
    """Whether the contract's rows say when they were created."""
    return CREATED in MODELS[binding.record].model_fields


def _created(row: RowBytes) -> str:
    try:
        return normalize_utc(_DECODE(row).createdDate) or ""
    except UNREADABLE_ROW:
        return ""
