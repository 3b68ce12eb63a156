"""Kills a process that writes, at a random moment."""

import random
import subprocess
import threading

from sage_active_sandbox.sandbox import Sandbox

# A write of all records takes some fifty requests.
MOST_REQUESTS = 40
LONGEST_WHILE = 0.15
POLL_SECONDS = 0.003


class Killer:
    """Kills a process in the middle of whatever it does: a while after it has sent a random number of requests."""

    def __init__(self, sandbox: Sandbox, process: "subprocess.Popen[bytes]", chance: random.Random | None) -> None:
        self._sandbox = sandbox
        self._process = process
        self._requests = len(sandbox.requests) + (chance.randint(1, MOST_REQUESTS) if chance else 0)
        self._later = chance.uniform(0.0, LONGEST_WHILE) if chance else 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True) if chance else None
        self.has_killed = False

    def __enter__(self) -> None:
        if self._thread:
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        # The output has ended, which may come a moment before the end of the process.
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while len(self._sandbox.requests) < self._requests:
            if self._ended.wait(POLL_SECONDS):
                return
        if not self._ended.wait(self._later):
            self._process.kill()
            self.has_killed = True
