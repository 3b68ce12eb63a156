"""The code blocks of a section of a page, as somebody who follows it finds them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FENCE: Final = re.compile(r"^( *)```(\w*)$")
HEADING: Final = re.compile(r"^(#+) (.+)$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the page that its text begins on."""

    language: str
    text: str
    line: int


def blocks(page: Path, heading: str) -> list[Block]:
    """The blocks below a heading and its subheadings. Raises `LookupError` where the page has no such heading."""
    lines = page.read_text(encoding="utf-8").splitlines()
    level, first = _begin(lines, heading, page)
    return list(_fenced(lines, first, level))


def _begin(lines: list[str], heading: str, page: Path) -> tuple[int, int]:
    for index, line in enumerate(lines):
        found = HEADING.match(line)
        if found and found[2] == heading:
            return len(found[1]), index + 1
    raise LookupError(f"{page.name} has no section called {heading!r}.")


def _fenced(lines: list[str], first: int, level: int) -> Iterator[Block]:
    """The blocks up to the next heading of this level; a line that begins with # in a block is not a heading."""
    opened: tuple[str, str, int] | None = None
    for index, line in enumerate(lines[first:], first):
        fence = FENCE.match(line)
        if opened:
            indentation, language, begin = opened
            if fence and fence[1] == indentation and not fence[2]:
                text = "\n".join(content.removeprefix(indentation) for content in lines[begin:index])
                yield Block(language, text + "\n", begin + 1)
                opened = None
        elif fence:
            opened = fence[1], fence[2], index + 1
        elif (heading := HEADING.match(line)) and len(heading[1]) <= level:
            return
