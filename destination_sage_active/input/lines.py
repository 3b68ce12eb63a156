"""The lines of stdin. What is longer than a line may be is skipped, not held in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from destination_sage_active.input.outline import Outline
from sage_active.errors import configuration_error

# With its end. A record of a hundred lines with long texts has some hundred kilobytes.
LONGEST_LINE: Final = 32 << 20
CHUNK_BYTES: Final = 1 << 18
# What the report keeps of a line that is too long.
KEPT_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line over the maximum length: its beginning, its length in bytes, and what it is."""

    head: bytes
    length: int
    outline: Outline

    @classmethod
    def of(cls, line: bytes) -> "LongLine":
        """The same of a line that is in memory."""
        return cls(line[:KEPT_BYTES], len(line), Outline.of(line))


Line = bytes | LongLine


def lines_of(stdin: BinaryIO | None, longest: int = LONGEST_LINE) -> Iterator[Line]:
    """The lines of an input, with their ends. Raises a configuration error at once when there is no input at all."""
    if stdin is None:
        raise configuration_error(
            "The input (stdin) is closed, so there is nothing to write.",
            "Pipe in what a source's `read` writes to stdout, or redirect a file of it.",
        )
    return _lines(stdin, longest)


def _lines(stdin: BinaryIO, longest: int) -> Iterator[Line]:
    while line := stdin.readline(longest + 1):
        if len(line) <= longest:
            yield line
            continue
        head, length, outline = line[:KEPT_BYTES], len(line), Outline.of(line)
        piece = line
        del line
        while not piece.endswith(b"\n") and (piece := stdin.readline(CHUNK_BYTES)):
            length += len(piece)
            outline.feed(piece)
        yield LongLine(head, length, outline)
