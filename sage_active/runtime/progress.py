"""How far a command has come, on stderr: a live line on a terminal, a line now and then in a log.

A timer reads counters that are kept anyway, so that the work itself is not slowed down.
"""

import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Final

from sage_active.counted import counted
from sage_active.escaping import escaped
from sage_active.runtime.lost_output import say

SECONDS_BETWEEN_LINES: Final = 30.0
SECONDS_BETWEEN_LOOKS: Final = 0.5
USUAL_WIDTH: Final = 80
# To the beginning of the line, and erase it.
OVERWRITE: Final = "\r\x1b[2K"
# Gives room on stderr for other output of the same terminal.
Hidden = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done so far.

    Attributes:
        rows: By stream, in the order in which they began.
        streams: How many streams there are; 0 if nobody knows yet.
        finished: The names of streams that are done.
        companies: How many companies were met.
        waiting: What most requests wait for at the moment; empty if they do not wait.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    streams: int = 0
    finished: Collection[str] = ()
    companies: int = 0
    waiting: str = ""

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())


@contextmanager
def shown_progress(
    verb: str, look: Callable[[], Progress], *, unit: str = "row", shares_terminal: bool = False
) -> Iterator[Hidden]:
    """Shows what `look` returns while the work is done inside.

    On a terminal, a line that is written over, and a summary at the end. In a log, one line for each stream that has
    moved, at most every 30 seconds, and a summary at the end; nothing for work that is done sooner.

    In a pipe such as `source | destination`, only the last program writes a live line, because all of them share the
    terminal. The others write their summaries.

    Args:
        verb: What is done to rows, such as "read".
        look: Called from a thread of its own, every half second.
        unit: What is counted, in the singular.
        shares_terminal: What goes to stdout meanwhile is a result for people, written within `hidden`, so that both
            can be the same terminal, and a pipe leads to no program that shows how far it is. Otherwise nothing is
            shown where stdout is a terminal, and no live line where it is a pipe.

    Yields:
        hidden: Takes the line away while it is used as a context manager.
    """
    is_terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if is_terminal and not shares_terminal and os.isatty(1):
        yield nullcontext
        return
    wording = Wording(verb, unit)
    reporter = _on_terminal(wording, is_last=shares_terminal or not _is_pipe(1)) if is_terminal else _Log(wording)
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            reporter.show(look())

    watcher = threading.Thread(target=watch, name="progress", daemon=True)
    watcher.start()
    try:
        yield reporter.hidden
    finally:
        ended.set()
        watcher.join()
        reporter.close(look())


@dataclass(frozen=True, slots=True)
class Wording:
    """What terminals and logs say. `verb`: what is done to rows, such as "read"; `unit`: what is counted, singular."""

    verb: str
    unit: str = "row"

    def state(self, progress: Progress, seconds: float) -> str:
        """What a terminal shows while the work is done."""
        running = [stream for stream in progress.rows if stream not in progress.finished]
        parts = [
            f"{seconds:.0f} s",
            *([counted(progress.companies, "company", "companies")] if progress.companies else []),
            *([f"{len(progress.finished)} of {progress.streams} streams"] if progress.streams else []),
            f"{self._count(progress.total)} {self.verb}",
            self._rate(progress.total, seconds),
            *([escaped(running[-1])] if running else []),
            *([f"waiting for {progress.waiting}"] if progress.waiting else []),
        ]
        return ", ".join(parts)

    def changes(self, before: Mapping[str, int], progress: Progress, seconds: float) -> Iterator[str]:
        """What a log says of the last `seconds`."""
        waiting = f"; waiting for {progress.waiting}" if progress.waiting else ""
        moved = {stream: rows for stream, rows in progress.rows.items() if rows != before.get(stream, 0)}
        for stream, rows in moved.items():
            rate = self._rate(rows - before.get(stream, 0), seconds)
            yield f"{escaped(stream)}: {self._count(rows)} {self.verb}, {rate}{waiting}"
        if not moved:
            yield f"{self._count(progress.total)} {self.verb}, none in the last {seconds:.0f} s{waiting}"

    def summary(self, progress: Progress, seconds: float) -> str:
        """What was done, in one line."""
        streams = counted(len(progress.rows), "stream", "streams")
        companies = f" in {counted(progress.companies, 'company', 'companies')}" if progress.companies else ""
        rate = self._rate(progress.total, seconds)
        return f"{self._count(progress.total)} of {streams} {self.verb}{companies}: {seconds:.0f} s, {rate}."

    def _rate(self, number: int, seconds: float) -> str:
        return f"{self._count(round(number / max(seconds, 1e-3)))}/s"

    def _count(self, number: int) -> str:
        return counted(number, self.unit, f"{self.unit}s")


class _Log:
    """Lines in a log."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._began = self._latest = time.monotonic()
        self._before: Mapping[str, int] = {}

    def show(self, progress: Progress) -> None:
        """A line for each stream that has moved, if it is time."""
        now = time.monotonic()
        if now - self._latest < SECONDS_BETWEEN_LINES:
            return
        for line in self._wording.changes(self._before, progress, now - self._latest):
            say(line)
        self._latest, self._before = now, progress.rows

    def hidden(self) -> AbstractContextManager[None]:
        """Lines need no room."""
        return nullcontext()

    def close(self, progress: Progress) -> None:
        """The summary, if the work was long enough for one."""
        seconds = time.monotonic() - self._began
        if progress.rows and seconds >= SECONDS_BETWEEN_LINES:
            say(self._wording.summary(progress, seconds))


class _Summary:
    """Nothing but a summary, on a terminal where another program may have a live line."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._began = time.monotonic()

    def show(self, progress: Progress) -> None:
        """Nothing yet."""

    def hidden(self) -> AbstractContextManager[None]:
        """There is no line to take away."""
        return nullcontext()

    def close(self, progress: Progress) -> None:
        """The summary, if anything was done. It takes the place of the other program's line, which comes back below."""
        if progress.rows:
            say(f"{OVERWRITE}{self._wording.summary(progress, time.monotonic() - self._began)}")


class _LiveLine:
    """A line on a terminal that is written over. It leaves the cursor alone: the process may be killed."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._began = time.monotonic()
        self._writing = threading.Lock()

    def show(self, progress: Progress) -> None:
        """The state of things, as much of it as fits."""
        text = self._wording.state(progress, time.monotonic() - self._began)
        with self._writing:
            _write(f"{OVERWRITE}{text[: _width() - 1]}")

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Takes the line away; it comes back with the next look."""
        with self._writing:
            _write(OVERWRITE)
            yield

    def close(self, progress: Progress) -> None:
        """The summary in place of the line, if anything was done."""
        with self.hidden():
            if progress.rows:
                say(self._wording.summary(progress, time.monotonic() - self._began))


def _on_terminal(wording: Wording, *, is_last: bool) -> _LiveLine | _Summary:
    return _LiveLine(wording) if is_last else _Summary(wording)


def _is_pipe(descriptor: int) -> bool:
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    # Some shells connect programs by sockets.
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _write(text: str) -> None:
    # Nobody is left to tell of it.
    with suppress(OSError, ValueError):
        print(text, end="", file=sys.stderr, flush=True)


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or USUAL_WIDTH
    except (OSError, ValueError):
        return USUAL_WIDTH
