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
from sage_active.file_kinds import followed, require_regular

# Enough for a platform that updates its copy of the configuration at every rotation.
MOST_ORIGINS: Final = 20
# A file keeps the chains of so many sign-ins; one that is no longer renewed is the first to go.
MOST_CHAINS: Final = 100
# Longer than a renewal may take.
LONGEST_LOCK_SECONDS: Final = 300.0


class Tokens(msgspec.Struct, frozen=True):
    """A grant's tokens; `expires_at` is RFC 3339 in UTC, None when nobody said."""

    refresh_token: str
    access_token: str | None = None
    expires_at: str | None = None


class StoredTokens(msgspec.Struct, frozen=True):
    """One chain of tokens. `origins` are fingerprints of the configured refresh tokens that it descends from."""

    origins: list[str]
    tokens: Tokens

    def descends_from(self, configured: str) -> bool:
        """Whether these tokens replace the configured one; after a new sign-in they do not."""
        return self.tokens.refresh_token == configured or fingerprint(configured) in self.origins


class StoredChains(msgspec.Struct, frozen=True):
    """The file's content: a chain for each sign-in that uses it, the one that was renewed last at the end."""

    chains: list[StoredTokens]


def fingerprint(token: str) -> str:
    """Tells two refresh tokens apart without revealing either."""
    return hashlib.sha256(token.encode()).hexdigest()


def _decoded(content: bytes) -> list[StoredTokens]:
    try:
        return msgspec.json.decode(content, type=StoredChains).chains
    except msgspec.ValidationError:
        # Earlier versions kept one chain, without a list around it.
        return [msgspec.json.decode(content, type=StoredTokens)]


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
        _overwrite(path, content)
    finally:
        temporary.unlink(missing_ok=True)


def _overwrite(path: Path, content: bytes) -> None:
    """Writes over a file in place. Nothing is cut off before the new content has found room."""
    with path.open("r+b") as file:
        file.write(content)
        file.flush()
        file.truncate()
        os.fsync(file.fileno())


class TokenFile:
    """Reads and replaces the file; `locked()` keeps other processes from rotating at the same time.

    Several sign-ins may share it: each finds and replaces its own chain of tokens only. Links are followed, so that
    they stay, and so that all names of the file share one lock, which lies beside the file itself.
    """

    def __init__(self, path: str) -> None:
        self._path = followed(path)
        self._lock_path = self._path.with_name(f"{self._path.name}.lock")
        self._lock = FileLock(self._lock_path, mode=0o600)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the lock that all processes share."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            require_regular(self._lock_path)
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
        """The newest stored tokens that descend from the configured refresh token."""
        own_chains = [chain for chain in self._chains() if chain.descends_from(configured)]
        return own_chains[-1].tokens if own_chains else None

    def write(self, configured: str, tokens: Tokens) -> None:
        """Replaces the tokens that descend from the configured one in one step; those of other sign-ins stay."""
        chains = self._chains()
        own_chains = [chain for chain in chains if chain.descends_from(configured)]
        # Several programs may share a chain: one whose configuration is kept up to date, one whose never changes.
        origins = [origin for chain in own_chains for origin in chain.origins if origin != fingerprint(configured)]
        known = [*origins, fingerprint(configured)]
        others = [chain for chain in chains if not chain.descends_from(configured)]
        chains = [*others, StoredTokens(known[:1] + known[1:][-MOST_ORIGINS:], tokens)]
        self._replace(msgspec.json.encode(StoredChains(chains[-MOST_CHAINS:])))

    def forget(self, configured: str) -> None:
        """Removes the tokens that descend from the configured one; those of other sign-ins stay."""
        others = [chain for chain in self._chains() if not chain.descends_from(configured)]
        self._replace(msgspec.json.encode(StoredChains(others)))

    def check_readable(self) -> None:
        """Raises a configuration error when something is there that is not a token file."""
        self._chains()

    def check_writable(self) -> None:
        """Writes what is there already. Raises a configuration error when new tokens could not be kept."""
        self._replace(self._content() or msgspec.json.encode(StoredChains([])))

    def _replace(self, content: bytes) -> None:
        try:
            require_regular(self._path)
            replace_file(self._path, content)
        except OSError as exception:
            raise self._unusable(exception) from None

    def _chains(self) -> list[StoredTokens]:
        content = self._content()
        # An empty file is what people create to mount it into a container.
        if not content:
            return []
        try:
            return _decoded(content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise configuration_error(
                f"The token file {self._path} is not one that this connector wrote.",
                "Delete it, or let `token_path` name another file.",
            ) from None

    def _content(self) -> bytes:
        try:
            require_regular(self._path)
            return self._path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as exception:
            raise self._unusable(exception) from None

    def _unusable(self, exception: OSError) -> Exception:
        return configuration_error(
            f"The token file {self._path} cannot be used: {exception.strerror}.",
            "Let `token_path` name a file in a folder that this program may write to.",
        )
