"""What a row weighs before any was seen: its size by the contract."""

from collections.abc import Sequence
from typing import Final

from sage_active.direct.contract import Field

# Bytes of a leaf with its name, quotes and comma.
LEAF: Final = 16
# Elements that a nested list is taken to have.
ELEMENTS: Final = 2


def estimated_bytes(fields: Sequence[Field]) -> int:
    """Bytes of a row of these fields."""
    return sum(_size(field) for field in fields)


def _size(field: Field) -> int:
    inner = estimated_bytes(field.children) if field.children else 0
    return LEAF + inner * (ELEMENTS if field.many else 1)
