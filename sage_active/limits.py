"""How much of what a server says is taken: beyond these numbers it is an error by name, not a cost.

Memory stays bounded because every request may have an answer of this size at once.
"""

from enum import IntEnum
from typing import Final

MEGABYTE: Final = 1 << 20


class MostBytes(IntEnum):
    """Bytes of a decoded body, by what was asked for."""

    PAGE = 4 * MEGABYTE
    """Several rows: beyond it, a smaller page is asked for."""
    WHOLE = 8 * MEGABYTE
    """What cannot be asked for in smaller parts: one row, a list of companies, a schema, the answer to a write."""
    TOKENS = 1 * MEGABYTE
    """An answer of the sign-in server."""
    FILE = 4096 * MEGABYTE
    """The content of a file, which goes to the disk."""


# Bytes of rows that a page aims at: far enough below the most that rows may weigh twice as much as those before.
BYTES_OF_A_PAGE: Final = 2 * MEGABYTE
# Bytes of one answer as they travel, with its headers: encoding makes a body smaller, or next to nothing larger.
MOST_BYTES_ON_THE_WIRE: Final = 2 * MostBytes.WHOLE
# Rows that one object of one company may have, and companies of one sign-in, before that is taken for a mistake.
MOST_ROWS: Final = 100_000_000
MOST_COMPANIES: Final = 20_000
# Characters of the errors of one answer, and of a company's name in messages.
LONGEST_ERRORS: Final = 1000
LONGEST_NAME: Final = 100
# Companies, or streams that cannot be read, that a message lists.
MOST_LISTED: Final = 10
# Warnings of one kind that a run shows.
MOST_WARNINGS: Final = 100
# Cookies that are kept, and the characters of one.
MOST_COOKIES: Final = 20
LONGEST_COOKIE: Final = 4096
