"""A command on a terminal of its own, and a person who answers it."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

import pexpect

from integration_tests.sign_in_page import free_port, press
from integration_tests.terminals.captures import COLUMNS, Capture

LONGEST_SECONDS: Final = 60.0
# Up to the next one, which begins at the left again.
LIVE_LINE: Final = r"\r\x1b\[2K\d+ s, [^\r]*(?=\r)"
# So many that nothing scrolls away.
ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Session:
    """What a terminal received: in all, and until the service paused."""

    output: str
    until_pause: str = ""


class Pause:
    """A request that the service does not answer before the terminal has been looked at."""

    def __init__(self) -> None:
        self.reached, self.ended = Event(), Event()

    def __call__(self) -> None:
        """Called by the service."""
        self.reached.set()
        self.ended.wait(LONGEST_SECONDS)


def run(capture: Capture, url: str, folder: Path, pause: Pause) -> Session:
    """Runs a command in a folder, against the sandbox at an address.

    Raises:
        RuntimeError: It failed.
        pexpect.ExceptionPexpect: It did not ask what it should have asked.
    """
    unshown = capture.unshown.format(url=url, port=free_port())
    with pexpect.spawn(
        "bash",
        ["-c", _before_redirection(capture.typed, unshown)],
        cwd=folder,
        env=_environment(),
        dimensions=(ROWS, COLUMNS),
        encoding="utf-8",
        timeout=LONGEST_SECONDS,
    ) as terminal:
        output = ""
        for answer in capture.answers:
            terminal.expect(answer.pattern)
            output += terminal.before + terminal.after
            if answer.in_browser:
                press(str(terminal.after))
            else:
                if answer.line:
                    # All of these are hidden, and what is typed before the echo is off is dropped.
                    terminal.waitnoecho(LONGEST_SECONDS)
                terminal.sendline(answer.line)
        until_pause = ""
        if capture.is_live:
            while not pause.reached.is_set():
                terminal.expect(LIVE_LINE)
                output += terminal.before + terminal.after
            # One that was begun, and one that tells everything that was read before.
            for _ in range(2):
                terminal.expect(LIVE_LINE)
                output += terminal.before + terminal.after
            until_pause = output
            pause.ended.set()
        terminal.expect_exact(pexpect.EOF)
        output += terminal.before
    if terminal.exitstatus != 0:
        raise RuntimeError(f"{capture.typed} ended with {terminal.exitstatus}: {output}")
    return Session(output, until_pause)


def _before_redirection(typed: str, unshown: str) -> str:
    command, redirection, file = typed.partition(" > ")
    return f"{command} {unshown}{redirection}{file}"


def _environment() -> dict[str, str]:
    """A terminal with colours. The commands are those of this environment, and no browser starts."""
    scripts = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    path = f"{scripts}:{os.environ['PATH']}"
    return {**kept, "PATH": path, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "BROWSER": "true %s"}
