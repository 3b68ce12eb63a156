"""How a command ends when a signal tells it to: soon and without a stack trace, but not within a renewal.

An access token's renewal may replace the refresh token: if the answer is lost, the user must sign in again. Whoever
ends a process is rarely in so much of a hurry, and a renewal takes a moment. Then the process dies of the signal, as
any program does: whoever started it can tell that from a failure. Programs that use the classes of the connectors keep
their own handlers: only commands use these.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NoReturn

# docker kills ten seconds after SIGTERM; new tokens that arrive at the last moment must still be written.
GRACE_SECONDS: Final = 7.0
AWAKE_SECONDS: Final = 0.05
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
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
        """Lets what is done inside come to its end. No longer begins it in a process that is about to end."""
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


class _EndedBySignal(SystemExit):
    """Unwinds the main thread before the process dies of a signal."""

    def __init__(self, number: int) -> None:
        super().__init__(ENDED_BY + number)
        self.number = number


@contextmanager
def soft_ending(*, at_once: bool) -> Iterator[None]:
    """Ends the process when a signal has come and what was under way is finished.

    `at_once`: whatever its threads do; else the main thread is unwound first, so that it can close what it has opened,
    such as a terminal that shows nothing; after Ctrl+C it raises what Python does. SIGHUP is left alone where nohup has
    the process ignore it. Does nothing outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    is_kept_alive = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    heeded = {number for number in SIGNALS if not (is_kept_alive and number is signal.SIGHUP)}
    with _watched(heeded) if at_once else _unwinding(heeded):
        yield


@contextmanager
def _watched(heeded: Set[signal.Signals]) -> Iterator[None]:
    """A thread of its own takes the signals, because the main thread may be the one that is to finish."""
    over = threading.Event()
    before = {number: signal.signal(number, signal.SIG_DFL) for number in heeded}
    # Threads that begin from now on inherit this; the watching one alone receives the signals.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, heeded)

    def watch() -> None:
        number = signal.sigwait(heeded)
        if not over.is_set():
            UNFINISHED.finish(GRACE_SECONDS)
            _die_of(number)

    watcher = threading.Thread(target=watch, name="ending", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        signal.pthread_kill(watcher.ident or 0, next(iter(heeded)))
        watcher.join()
        _restore(before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextmanager
def _unwinding(heeded: Set[signal.Signals]) -> Iterator[None]:
    """Handlers in the main thread; what they raise unwinds it."""
    waiting, wakened = socket.socketpair()
    wakened.setblocking(False)
    finished, unwinds, over = threading.Event(), threading.Event(), threading.Event()

    def watch() -> None:
        with waiting:
            while received := waiting.recv(1):
                if received[0] in heeded:
                    UNFINISHED.finish(GRACE_SECONDS)
                    finished.set()
                    deadline = time.monotonic() + GRACE_SECONDS
                    # A signal that comes just before the main thread begins to wait would not wake it.
                    while not unwinds.is_set() and time.monotonic() < deadline:
                        signal.pthread_kill(threading.main_thread().ident or 0, received[0])
                        unwinds.wait(AWAKE_SECONDS)
                    if not over.wait(max(0.0, deadline - time.monotonic())):
                        os._exit(ENDED_BY + received[0])
                    return

    def handle(number: int, _: FrameType | None) -> None:
        # Once: a second one would disturb what is being closed.
        if finished.is_set() and not unwinds.is_set():
            unwinds.set()
            # Threads that the main thread may wait for are not held up.
            UNFINISHED.go_on()
            raise KeyboardInterrupt if number == signal.SIGINT else _EndedBySignal(number)

    before = {number: signal.signal(number, handle) for number in heeded}
    outer = signal.set_wakeup_fd(wakened.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=watch, name="ending", daemon=True).start()
    try:
        yield
    except _EndedBySignal as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        _die_of(ended.number)
    finally:
        over.set()
        signal.set_wakeup_fd(outer)
        _restore(before)
        wakened.close()
        UNFINISHED.go_on()


def _restore(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _die_of(number: int) -> NoReturn:
    """Ends the process by a signal whose handler is the default one."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    signal.raise_signal(number)
    # The first process of a container does not die of a signal that it sends to itself.
    os._exit(ENDED_BY + number)
