"""Large blocks of memory, such as pages, go back to the system as soon as they are freed.

The C library moves that bound up to the largest block that was ever freed: from then on pages of all threads lie among
small objects, which keep the space of those that have gone. What is smaller is kept for the next page instead, up to a
few of them: by default the library gives it back and asks for it again several times for each page, and the system
clears it each time. Imports nothing heavy.
"""

import sys
from typing import Final

# A page of heavy rows; those of light ones are fewer bytes, and quicker where they are.
LARGE: Final = 1 << 20
# Free bytes that stay at the end of the heap, for each of the few that the library has.
KEPT: Final = 2 * LARGE
# Numbers of options in malloc.h.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3


def give_back_large_blocks() -> None:
    """Fixes both bounds for the rest of the process, where the C library has one."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - `spec` can do without

        # Not every C library has it.
        if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
            mallopt(_M_MMAP_THRESHOLD, LARGE)
            mallopt(_M_TRIM_THRESHOLD, KEPT)
