"""Progress on stderr: what its lines say, and where there are none."""

import io
import os
import sys
import threading
from collections.abc import Sequence

import pytest

from sage_active.runtime import progress
from sage_active.runtime.progress import OVERWRITE, Progress, Wording, shown_progress
from sage_active.runtime.waits import Waits

SOME = Progress({"customers": 1200, "invoices": 300}, 40, {"customers"}, 3, "Sage Active to recover")
READ = Wording("read")


class Terminal(io.StringIO):
    """Takes what is written for a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_the_live_line_says_it_all() -> None:
    assert READ.state(SOME, 10.0) == (
        "10 s, 3 companies, 1 of 40 streams, 1,500 rows read, 150 rows/s, invoices, waiting for Sage Active to recover"
    )
    assert READ.state(Progress(), 0.0) == "0 s, 0 rows read, 0 rows/s"


def test_the_log_names_what_has_moved() -> None:
    before = {"customers": 1200, "invoices": 240}
    assert list(READ.changes(before, SOME, 30.0)) == [
        "invoices: 300 rows read, 2 rows/s; waiting for Sage Active to recover"
    ]
    (line,) = READ.changes(SOME.rows, SOME, 30.0)
    assert line == "1,500 rows read, none in the last 30 s; waiting for Sage Active to recover"


def test_the_summary() -> None:
    assert READ.summary(SOME, 10.0) == "1,500 rows of 2 streams read in 3 companies: 10 s, 150 rows/s."
    one = Progress({"a\x1b": 1}, companies=1)
    assert Wording("forecast", "request").summary(one, 1.0) == (
        "1 request of 1 stream forecast in 1 company: 1 s, 1 request/s."
    )


def test_a_terminal_has_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, looked = Terminal(), threading.Event()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setenv("TERM", "xterm")

    def look() -> Progress:
        if OVERWRITE in terminal.getvalue():
            looked.set()
        return SOME

    with shown_progress("read", look, shares_terminal=True) as hidden:
        assert looked.wait(20)
        with hidden():
            assert terminal.getvalue().endswith(OVERWRITE)
    *lines, last = terminal.getvalue().split(OVERWRITE)
    assert all(len(line) < progress.USUAL_WIDTH for line in lines)
    assert last.startswith("1,500 rows of 2 streams read in 3 companies: ")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_where_nothing_is_shown(is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that go to the same terminal, and work that is done soon."""
    stderr = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(os, "isatty", lambda _: True)
    with shown_progress("read", lambda: SOME):
        pass
    assert stderr.getvalue() == ""


def test_a_log_has_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    log, looks = io.StringIO(), threading.Semaphore(0)
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.03)

    def look() -> Progress:
        looks.release()
        return Progress({"customers": 7})

    with shown_progress("read", look):
        for _ in range(12):
            assert looks.acquire(timeout=20)
    lines: Sequence[str] = log.getvalue().splitlines()
    assert lines[0].startswith("customers: 7 rows read")
    assert all("none in the last" in line for line in lines[1:-1])
    assert lines[-1].startswith("7 rows of 1 stream read: ")


def test_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = Waits()
    monkeypatch.setattr("sage_active.runtime.waits.SHORTEST_SECONDS", 0.0)
    with waits.waiting("the budget"):
        assert waits.most() == "the budget"
        monkeypatch.setattr("sage_active.runtime.waits.SHORTEST_SECONDS", 3600.0)
        assert waits.most() == "", "too short to be worth a word"
    assert waits.most() == ""
