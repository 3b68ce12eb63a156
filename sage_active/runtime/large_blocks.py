"""Large blocks of memory, such as pages, go back to the system as soon as they are freed.

The C library moves that bound up to the largest block that was ever freed: from then on pages of all threads lie among
small objects, which keep the space of those that have gone. Imports nothing heavy.
"""

import sys
from typing import Final

# A page of heavy rows; those of light ones are fewer bytes, and quicker where they are.
LARGE: Final = 1 << 20
_M_MMAP_THRESHOLD: Final = -3


def give_back_large_blocks() -> None:
    """Fixes the bound for the rest of the process, where the C library has one."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - `spec` can do without

        # Not every C library has it.
        if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
            mallopt(_M_MMAP_THRESHOLD, LARGE)
