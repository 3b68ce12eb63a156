"""Opens the read of one stream in one company: where the state says how far it has come, it goes on from there."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from sage_active.client import Company, Reading, ReadRequest
from sage_active.moments import whole_second
from source_sage_active.checkpoint import FEWEST_WINDOWS, Checkpoint
from source_sage_active.cursor import CompanyCursor
from source_sage_active.shares import Share

LOGGER = logging.getLogger("airbyte")
OTHER_SHAPE = "its fields, its filters or an option are no longer the same"
OTHER_START = "its cursor or the lookback is no longer the same"


class Opener(Protocol):
    """What is needed of a client."""

    @property
    def connection(self) -> str:
        """Which connection it is."""

    def open(self, request: ReadRequest) -> Reading:
        """Plans a read. Raises `SageActiveError`."""

    def fingerprint(self, request: ReadRequest) -> str | None:
        """What differs between two reads if one cannot go on where the other stopped."""


@dataclass(frozen=True)
class OpenedRead:
    """A read that is planned; `checkpoint`: to what its windows are added, None where none is kept."""

    reading: Reading
    checkpoint: Checkpoint | None = None


class CompanyOpening:
    """Opens the reads of one stream; `has_checkpoints`: they are kept, as far as a read has windows."""

    def __init__(
        self,
        client: Opener,
        stream: str,
        request: Callable[[Share, Company], ReadRequest],
        cursor: CompanyCursor,
        *,
        has_checkpoints: bool,
    ) -> None:
        self._client = client
        self._stream = stream
        self._request = request
        self._cursor = cursor
        self._has_checkpoints = has_checkpoints

    def opened(self, share: Share, company: Company) -> OpenedRead:
        """Plans a read: of everything where the state cannot be what this server's clock has left.

        Raises `SageActiveError`.
        """
        request = self._request(share, company)
        checkpoint = self._checkpoint(share, company, request)
        rest = checkpoint.rest_of(request, self._cursor.lookback) if checkpoint else request
        reading = self._client.open(rest)
        if (checkpoint or request.since) and self._cursor.is_ahead(share.state_id, reading.started_at):
            LOGGER.warning(
                "%s, stream %s: the state is later than the server's clock; everything is read again.",
                company.label,
                self._stream,
            )
            self._cursor.drop_checkpoint(share.state_id)
            request, checkpoint = replace(request, since=None, counted=None), None
            reading = self._client.open(request)
        return OpenedRead(reading, checkpoint or self._begun(request, reading))

    def _begun(self, request: ReadRequest, reading: Reading) -> Checkpoint | None:
        """A checkpoint without windows for a read that is large enough to have some."""
        is_large = self._has_checkpoints and len(reading.windows) >= FEWEST_WINDOWS
        fingerprint = self._client.fingerprint(request) if is_large else None
        return Checkpoint(fingerprint, reading.started_at, request.since) if fingerprint else None

    def _checkpoint(self, share: Share, company: Company, request: ReadRequest) -> Checkpoint | None:
        """What an earlier attempt has left, if this read can go on with it; otherwise the state forgets it."""
        known = self._cursor.checkpoint(share.state_id)
        if known is None:
            return None
        is_same = self._has_checkpoints and known.request == self._client.fingerprint(request)
        begun = f"{company.label}, stream {self._stream}: the read that began at {whole_second(known.started_at)}"
        if is_same and known.covers(request.since):
            LOGGER.info("%s goes on; what it has finished does not come again.", begun)
            return known
        LOGGER.info("%s begins anew: %s.", begun, OTHER_START if is_same else OTHER_SHAPE)
        self._cursor.drop_checkpoint(share.state_id)
        return None
