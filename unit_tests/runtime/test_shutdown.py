"""How a process ends when a signal tells it to."""

import signal
import subprocess
import sys
from typing import Final

import pytest

PROGRAM: Final = """
import os, signal, time
from sage_active.runtime.shutdown import UNFINISHED, soft_ending
{before}
with soft_ending(at_once={at_once}):
    {inside}
    os.kill(os.getpid(), {number})
    time.sleep(20)
print("still there")
"""


def ended(number: int, *, at_once: bool = True, before: str = "pass", inside: str = "pass") -> tuple[int, str]:
    """The exit code and what was printed by a program that sends itself a signal."""
    program = PROGRAM.format(number=int(number), at_once=at_once, before=before, inside=inside)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=15, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_process_dies_of_the_signal(number: int) -> None:
    assert ended(number) == (-number, "")


CLOSING: Final = "import contextlib; stack = contextlib.ExitStack(); stack.callback(os.write, 1, b'closed')"
FIRST_WAKENING_IS_LOST: Final = """
sent, wake = [], signal.pthread_kill
signal.pthread_kill = lambda *of: sent.append(of) or len(sent) > 1 and wake(*of)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("before", ["pass", FIRST_WAKENING_IS_LOST], ids=["at once", "just before it waits"])
def test_what_the_main_thread_has_opened_is_closed_first(number: int, before: str) -> None:
    held = f"""with stack:
        os.kill(os.getpid(), {int(number)})
        time.sleep(20)"""
    assert ended(number, at_once=False, before=f"{CLOSING}\n{before}", inside=held) == (-number, "closed")


def test_the_first_process_of_a_container_ends_all_the_same() -> None:
    assert ended(signal.SIGTERM, before="signal.raise_signal = lambda number: None") == (143, "")


def test_what_nohup_keeps_alive_stays_alive() -> None:
    ignored = "signal.signal(signal.SIGHUP, signal.SIG_IGN); time.sleep = lambda seconds: None"
    assert ended(signal.SIGHUP, before=ignored) == (0, "still there\n")


def test_handlers_and_mask_are_as_before_when_nothing_came() -> None:
    program = """
import signal
from sage_active.runtime.shutdown import soft_ending
before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
for at_once in (True, False):
    with soft_ending(at_once=at_once):
        pass
assert before == [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())
"""
    subprocess.run([sys.executable, "-c", program], timeout=15, check=True)
