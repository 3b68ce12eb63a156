"""Counts distinct keys of a long read in little memory."""

from array import array
from collections import defaultdict
from functools import partial
from typing import Final

BUCKETS: Final = 256


class DistinctKeys:
    """Keeps 64 bits of each key (8 bytes a row); two of two million keys collide once in ten million reads.

    Not safe for several threads at once: the owner holds a lock.
    """

    def __init__(self) -> None:
        # Most companies are small: a bucket takes no memory before it is needed.
        self._buckets: defaultdict[int, array[int]] = defaultdict(partial(array, "q"))

    def add(self, key: str) -> None:
        """Remembers a key."""
        hashed = hash(key)
        self._buckets[hashed % BUCKETS].append(hashed)

    def __len__(self) -> int:
        """How many different keys were added."""
        return sum(len(set(bucket)) for bucket in self._buckets.values())
