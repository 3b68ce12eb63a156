"""Counts distinct keys of a long read in little memory."""

from array import array
from collections import defaultdict
from functools import partial
from typing import Final

# So many that even those of a long read are short: each is looked through for every key.
BUCKETS: Final = 1 << 14


class DistinctKeys:
    """Keeps 64 bits of each key (8 bytes a row); two of two million keys collide once in ten million reads.

    Not safe for several threads at once: the owner holds a lock.
    """

    def __init__(self) -> None:
        # Most companies are small: a bucket takes no memory before it is needed.
        self._buckets: defaultdict[int, array[int]] = defaultdict(partial(array, "q"))
        self._number = 0

    def add(self, key: str) -> bool:
        """Remembers a key; whether it is a new one."""
        hashed = hash(key)
        bucket = self._buckets[hashed % BUCKETS]
        if hashed in bucket:
            return False
        bucket.append(hashed)
        self._number += 1
        return True

    def __len__(self) -> int:
        """How many different keys were added."""
        return self._number
