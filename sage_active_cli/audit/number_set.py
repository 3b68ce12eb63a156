"""A set of whole numbers, one bit each: numbers of entries lie close together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Numbers that lie further apart would take too much memory.
WIDEST: Final = 80_000_000
_BITS: Final = 8


class NumberSet:
    """Numbers that were added, and those of them that were added again."""

    def __init__(self) -> None:
        self._base = 0
        self._bits = bytearray()
        self.repeated: set[int] = set()
        self.is_too_wide = False

    def add(self, number: int) -> None:
        """Adds a number; sets `is_too_wide` instead where it lies too far from the others."""
        block = number // _BITS
        if not self._bits:
            self._base = block
        offset = block - self._base
        if abs(offset) > WIDEST // _BITS:
            self.is_too_wide = True
            return
        if offset < 0:
            self._bits[:0] = bytes(-offset)
            self._base, offset = block, 0
        elif offset >= len(self._bits):
            self._bits.extend(bytes(offset + 1 - len(self._bits)))
        bit = 1 << (number % _BITS)
        if self._bits[offset] & bit:
            self.repeated.add(number)
        self._bits[offset] |= bit

    @property
    def bits(self) -> "Bits":
        """The numbers as bits."""
        return Bits(self._base * _BITS, int.from_bytes(self._bits, "little"))


@dataclass(frozen=True, slots=True)
class Bits:
    """Numbers as bits of one number: bit `n` stands for `base + n`."""

    base: int = 0
    mask: int = 0

    def joined(self, other: "Bits") -> "Bits":
        """The numbers of both."""
        if not self.mask or not other.mask:
            return self if self.mask else other
        base = min(self.base, other.base)
        return Bits(base, self._from(base) | other._from(base))

    def common(self, other: "Bits") -> Iterator[int]:
        """The numbers that are in both."""
        if self.mask and other.mask:
            base = min(self.base, other.base)
            yield from Bits(base, self._from(base) & other._from(base))

    def __iter__(self) -> Iterator[int]:
        mask = self.mask
        while mask:
            lowest = mask & -mask
            yield self.base + lowest.bit_length() - 1
            mask ^= lowest

    @property
    def missing_count(self) -> int:
        """How many numbers are missing between the lowest and the highest."""
        if not self.mask:
            return 0
        lowest = (self.mask & -self.mask).bit_length() - 1
        return self.mask.bit_length() - lowest - self.mask.bit_count()

    def _from(self, base: int) -> int:
        return self.mask << (self.base - base)
