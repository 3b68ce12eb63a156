"""What happens when nobody takes what a command writes: one sentence on stderr, exit code 1, no stack trace.

Imports nothing heavy: `spec` is answered by it too.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Final

FAILED: Final = 1


class OutputLostError(Exception):
    """stdout takes nothing more; `str()` is the sentence that the user reads."""

    def __init__(self, exception: OSError | None) -> None:
        self.sentence = _sentence(exception)
        super().__init__(self.sentence)


def say(sentence: str) -> None:
    """One line on stderr, if there is one that takes it."""
    if sys.stderr is not None:
        # Nobody is left to tell of it.
        with suppress(OSError, ValueError):
            print(sentence, file=sys.stderr, flush=True)


def report_lost(lost: OutputLostError, stream: IO[Any] | None) -> int:
    """Says that the output of this program is lost, lets go of what `stream` still holds, and returns the exit code."""
    from pathlib import Path  # noqa: PLC0415 - `spec` can do without

    say(f"{Path(sys.argv[0]).name}: {lost.sentence}")
    _let_go(stream)
    return FAILED


@contextmanager
def writing() -> Iterator[None]:
    """Writes to stdout inside. Raises `OutputLostError` when it is not taken."""
    try:
        yield
    except OSError as exception:
        raise OutputLostError(exception) from None
    except ValueError as exception:
        # A file that is closed; what cannot be encoded is another matter.
        if isinstance(exception, UnicodeError):
            raise
        raise OutputLostError(None) from None


def with_output(run: Callable[[], int]) -> int:
    """The exit code of `run`, which writes to stdout; it is 1, and said why, when not all of it was taken."""
    stdout = sys.stdout
    if stdout is None:
        return report_lost(OutputLostError(None), None)
    try:
        try:
            return run()
        finally:
            with writing():
                stdout.flush()
    except OutputLostError as lost:
        return report_lost(lost, stdout)


def _sentence(exception: OSError | None) -> str:
    if exception is None or exception.errno == errno.EBADF:
        return "Nothing can be written to stdout: it is closed."
    if exception.errno == errno.EPIPE:
        return "The program that read the output has ended, so the rest was not written."
    return f"The output cannot be written: {exception.strerror}."


def _let_go(stream: IO[Any] | None) -> None:
    """Python writes what is left in a buffer when the process ends, and would complain again."""
    with suppress(OSError, ValueError, AttributeError):  # a stream without a file of the operating system
        descriptor = stream.fileno() if stream else -1
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, descriptor)
        finally:
            os.close(nowhere)
