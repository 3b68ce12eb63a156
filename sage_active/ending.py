"""How a command ends when it is told to (SIGTERM, SIGINT): soon and without a stack trace, but not within a renewal.

An access token's renewal may replace the refresh token: if the answer is lost, the user has to sign in again. Whoever
ends a process is rarely in so much of a hurry, and a renewal takes a moment. Programs that use the classes of the
connectors keep their own handlers: only commands install these.
"""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

# docker kills ten seconds after SIGTERM; new tokens that arrive at the last moment still have to be written.
GRACE_SECONDS: Final = 7.0
AWAKE_SECONDS: Final = 0.05
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
# As a shell tells that a process was ended by a signal.
ENDED_BY: Final = 128


class Unfinished:
    """What must not be cut off, in all threads of the process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._ending = False

    @property
    def is_ending(self) -> bool:
        """Whether the process is about to end: nothing new should be begun."""
        return self._ending

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Lets what is done inside come to its end. Does not begin it any more in a process that is about to end."""
        with self._changed:
            self._wait_for_the_end()
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()
                # What comes next is not worth beginning either, and nobody needs to be told of a renewal that failed.
                self._wait_for_the_end()

    def finish(self, seconds: float) -> None:
        """Waits until nothing is under way, at most so long; from now on nothing is begun."""
        with self._changed:
            self._ending = True
            self._changed.wait_for(lambda: self._under_way == 0, seconds)

    def _wait_for_the_end(self) -> None:
        while self._ending:
            # A signal that comes just before the main thread begins to wait would not wake it.
            self._changed.wait(AWAKE_SECONDS)

    def go_on(self) -> None:
        """The process does not end after all."""
        with self._changed:
            self._ending = False
            self._changed.notify_all()


UNFINISHED: Final = Unfinished()


@contextmanager
def soft_ending(*, at_once: bool) -> Iterator[None]:
    """Ends the process when a signal has come and what was under way is finished.

    `at_once`: whatever its threads do; else the main thread raises what Python does after Ctrl+C, so that it can close
    what it has opened, such as a terminal that shows nothing. A thread of its own sees to it, because the main thread
    may be the one that is to finish. Does nothing outside the main thread, where no signal arrives.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting, told = socket.socketpair()
    told.setblocking(False)
    finished, over = threading.Event(), threading.Event()

    def watch() -> None:
        with waiting:
            while received := waiting.recv(1):
                if received[0] in SIGNALS:
                    _end(received[0])
                    return

    def _end(number: int) -> None:
        UNFINISHED.finish(GRACE_SECONDS)
        finished.set()
        if not at_once:
            signal.pthread_kill(threading.main_thread().ident or 0, number)
            if over.wait(GRACE_SECONDS):
                return
        # Not by the signal itself: the first process of a container does not die of it.
        os._exit(ENDED_BY + number)

    def handle(number: int, _: FrameType | None) -> None:
        if finished.is_set() and not at_once:
            # Threads that the main thread may wait for are not held up.
            UNFINISHED.go_on()
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(ENDED_BY + number)

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    outer = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=watch, name="ending", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(outer)
        for number, handler in before.items():
            signal.signal(number, handler)
        told.close()
        UNFINISHED.go_on()
