"""What differs from one run to the next, and what stands for it: pictures change only where the product does."""

import re
from collections.abc import Callable
from typing import Final

from sage_active.markets import MARKETS, endpoints

Replacement = str | Callable[[re.Match[str]], str]
# How long the read of the picture takes: until it is looked at, and in all.
SECONDS_UNTIL_PAUSE: Final = 2
SECONDS: Final = 3


def _rate(seconds: int) -> Callable[[re.Match[str]], str]:
    """Rows for each second that the picture shows."""

    def text(match: re.Match[str]) -> str:
        rows = int(match["rows"].replace(",", ""))
        return f"{match['before']}{seconds}{match['after']}{rows // seconds:,} rows/s"

    return text


REPLACEMENTS: Final[tuple[tuple[str, Replacement], ...]] = (
    # The sandbox is not where people sign in.
    (r"http://127\.0\.0\.1:\d+/connect/authorize", endpoints(MARKETS[0], None).authorize),
    (r"127\.0\.0\.1%3A\d+", "127.0.0.1%3A8401"),
    (r"client_id=[\w-]+", "client_id=b4f1c2d0"),
    (r"state=[\w-]+", "state=I5JOn7GKwx5LQBZjtCQU0F0PeDEaHvL5rwKK9GA1d0c"),
    (r"code_challenge=[\w-]+", "code_challenge=BHOg7TVqyGcfgndhe8GI2FoDchHPEtS4EImwmfGtCAk"),
    (
        r"(?P<before>\x1b\[2K)\d+(?P<after> s, [^\r]*?(?P<rows>[\d,]+) rows read, )[\d,]+ rows/s",
        _rate(SECONDS_UNTIL_PAUSE),
    ),
    (r"(?P<before>(?P<rows>[\d,]+) rows of [^:\r]*: )\d+(?P<after> s, )[\d,]+ rows/s", _rate(SECONDS)),
    # In a cell of a table: what follows stays where it is.
    (r"(?<![\d,])-?\d{1,2} seconds *", lambda match: "0 seconds".ljust(len(match[0]))),
)


def replaced(output: str) -> str:
    """The output of a command, with fixed texts in place of those that vary."""
    for pattern, replacement in REPLACEMENTS:
        output = re.sub(pattern, replacement, output)
    return output
