"""On one machine, one run at a time writes an object of a company.

The locks are files in the directory for temporary files, held by the operating system: they end with their process,
however it ends, and a file that is left means nothing. Users, and containers with directories of their own, are not
kept apart.
"""

import hashlib
import logging
import os
import stat
import tempfile
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

import msgspec
from filelock import FileLock, Timeout

from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.errors import SageActiveError, configuration_error
from sage_active.file_kinds import require_regular
from sage_active.markets import MARKETS
from sage_active.moments import format_utc

LOGGER = logging.getLogger("airbyte")
# A short run of somebody else may end in this time; one that loads a company does not.
LONGEST_WAIT_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1
FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
DIGITS: Final = 32
TARGETS: Final = {market.code: market.target_system for market in MARKETS}


class Holder(msgspec.Struct, frozen=True):
    """Who has a lock. `since` is RFC 3339 in UTC."""

    process: int
    since: str

    def __str__(self) -> str:
        return f"process {self.process}, since {self.since}"


class CompanyLocks:
    """The locks of one run. `scope`: the address of the system that a company belongs to."""

    def __init__(self, scope: Callable[[Company], str], objects: Collection[str]) -> None:
        self._scope = scope
        self._objects = sorted(objects)
        self._verdicts: dict[str, str | None] = {}
        self._held: list[FileLock] = []

    def obstacle(self, company: Company) -> str | None:
        """What keeps this run from writing to a company: another one does. None: this run has its locks now.

        Waits once for each company. Raises a configuration error when there can be no lock.
        """
        if company.id not in self._verdicts:
            self._verdicts[company.id] = self._lock(company)
        return self._verdicts[company.id]

    def close(self) -> None:
        """Lets other runs write."""
        self._release(0)

    def _lock(self, company: Company) -> str | None:
        """Takes all locks, in an order that is the same for all runs, or none."""
        held_before, deadline = len(self._held), time.monotonic() + LONGEST_WAIT_SECONDS
        for name in self._objects:
            path = self._path(company, name)
            lock = FileLock(path, mode=FILE_MODE, thread_local=False)
            try:
                require_regular(path)
                if not _acquired(lock, 0):
                    what = f"another run ({_holder(path)}) writes {name}"
                    LOGGER.info("%s: %s. Waiting at most %.0f seconds.", company.label, what, LONGEST_WAIT_SECONDS)
                    if not _acquired(lock, max(0.0, deadline - time.monotonic())):
                        self._release(held_before)
                        return f"another run ({_holder(path)}) writes {name}"
                self._held.append(lock)
                path.write_bytes(msgspec.json.encode(Holder(os.getpid(), format_utc(datetime.now(timezone.utc)))))
            except OSError as error:
                raise _unusable(path, error) from None
        return None

    def _release(self, count: int) -> None:
        """Gives back all locks but the first `count`."""
        while len(self._held) > count:
            self._held.pop().release()

    def _path(self, company: Company, name: str) -> Path:
        identity = "".join(f"{len(part)}:{part}" for part in (self._scope(company), company.id.lower(), name))
        digest = hashlib.sha256(identity.encode(errors="surrogatepass")).hexdigest()[:DIGITS]
        return _folder() / f"{name}-{digest}.lock"


def scope_of(config: ConnectionConfig) -> Callable[[Company], str]:
    """The address of the market that a company belongs to, the same for all configurations that reach the company.

    A market may list companies of another one.
    """
    return lambda company: config.endpoints_of(TARGETS.get(company.market, company.target_system)).graphql


def _acquired(lock: FileLock, seconds: float) -> bool:
    try:
        lock.acquire(timeout=seconds, poll_interval=POLL_SECONDS)
    except Timeout:
        return False
    return True


def _holder(path: Path) -> str:
    """Who holds the lock, for messages; the file is empty for a moment after it was taken."""
    with suppress(OSError, msgspec.MsgspecError):  # what cannot be read names nobody, and the lock holds all the same
        return str(msgspec.json.decode(path.read_bytes(), type=Holder))
    return "of which nothing more is known"


def _folder() -> Path:
    """The user's own folder for locks, where nobody else can put links."""
    folder = Path(tempfile.gettempdir()) / f"destination-sage-active-{os.getuid()}"
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=FOLDER_MODE)
        status = folder.lstat()
    except OSError as error:
        raise _unusable(folder, error) from None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise _unusable(folder, OSError(0, "it is not a folder of this user"))
    return folder


def _unusable(path: Path, error: OSError) -> SageActiveError:
    return configuration_error(
        f"The lock {path}, which keeps runs on one machine apart, cannot be used: {error.strerror}.",
        "Let the directory for temporary files be one that this program may write to (environment variable TMPDIR).",
    )
