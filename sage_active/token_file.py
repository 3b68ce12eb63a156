"""The file that keeps rotated tokens where no platform does (`token_path`)."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from filelock import FileLock, Timeout

from sage_active.errors import configuration_error

# Enough for a platform that updates its copy of the configuration at every rotation.
MOST_ORIGINS: Final = 20
# Longer than a renewal may take.
LONGEST_LOCK_SECONDS: Final = 300.0


class Tokens(msgspec.Struct, frozen=True):
    """A grant's tokens; `expires_at` is RFC 3339 in UTC, None when nobody said."""

    refresh_token: str
    access_token: str | None = None
    expires_at: str | None = None


class StoredTokens(msgspec.Struct, frozen=True):
    """The file's content. `origins` are fingerprints of configured refresh tokens that this chain descends from."""

    origins: list[str]
    tokens: Tokens

    def descends_from(self, configured: str) -> bool:
        """Whether these tokens replace the configured one; after a new sign-in they do not."""
        return self.tokens.refresh_token == configured or fingerprint(configured) in self.origins


def fingerprint(token: str) -> str:
    """Tells two refresh tokens apart without revealing either."""
    return hashlib.sha256(token.encode()).hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Replaces a file in one step, readable by its owner only. Raises `OSError`."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as exception:
        # A file that is mounted into a container on its own cannot be replaced, only written.
        if exception.errno != errno.EBUSY:
            raise
        path.write_bytes(content)
    finally:
        temporary.unlink(missing_ok=True)


class TokenFile:
    """Reads and replaces the file; `locked()` keeps other processes from rotating at the same time."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._lock = FileLock(f"{path}.lock", mode=0o600)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the lock that all processes share."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=LONGEST_LOCK_SECONDS)
        except Timeout:
            raise configuration_error(
                f"Another process has held the token file {self._path} for {LONGEST_LOCK_SECONDS:.0f} seconds.",
                "End the process that hangs, or give each its own grant and `token_path`.",
            ) from None
        except OSError as exception:
            raise self._unusable(exception) from None
        try:
            yield
        finally:
            self._lock.release()

    def read(self, configured: str) -> Tokens | None:
        """The stored tokens, if they descend from the configured refresh token."""
        stored = self._stored()
        return stored.tokens if stored and stored.descends_from(configured) else None

    def write(self, configured: str, tokens: Tokens) -> None:
        """Replaces the file in one step, readable by its owner only."""
        stored = self._stored()
        # Several programs may share the file: one whose configuration is kept up to date, one whose never changes.
        origins = stored.origins if stored and stored.descends_from(configured) else []
        known = [*(each for each in origins if each != fingerprint(configured)), fingerprint(configured)]
        content = msgspec.json.encode(StoredTokens(known[:1] + known[1:][-MOST_ORIGINS:], tokens))
        try:
            replace_file(self._path, content)
        except OSError as exception:
            raise self._unusable(exception) from None

    def _stored(self) -> StoredTokens | None:
        try:
            content = self._path.read_bytes()
            # An empty file is what people create to mount it into a container.
            return msgspec.json.decode(content, type=StoredTokens) if content else None
        except FileNotFoundError:
            return None
        except OSError as exception:
            raise self._unusable(exception) from None
        except msgspec.DecodeError:
            raise configuration_error(
                f"The token file {self._path} is not one that this connector wrote.",
                "Delete it, or let `token_path` name another file.",
            ) from None

    def _unusable(self, exception: OSError) -> Exception:
        return configuration_error(
            f"The token file {self._path} cannot be used: {exception.strerror}.",
            "Let `token_path` name a file in a folder that this program may write to.",
        )
