"""The cursor of one stream: a state for each company, never ahead of its records nor of the server's clock."""

import threading
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record

from sage_active.attempts import Span
from sage_active.existing import Existing
from sage_active.moments import format_utc, parse_utc
from source_sage_active.checkpoint import Checkpoint
from source_sage_active.company_states import CompanyState, company_states
from source_sage_active.records import PageMessage

SECONDS_BETWEEN_STATES: Final = 10.0
MOST_MADE_UP_FOR: Final = timedelta(minutes=15)


class CompanyCursor(Cursor):
    """Follows the pages of one stream and emits its state when a company, or a window of a large one, is complete.

    The state is `{"connection": ..., "states": [{"partition": {"company_id": ...}, "cursor": {"updated_at": ...}}]}`;
    an entry of a stream that `start_date` bounds also has the `start_date` of its run, if there was one, and where
    rows were counted, how many there were (`CompanyState`).
    """

    def __init__(
        self,
        stream: str,
        connection: str,
        state: Mapping[str, Any],
        repository: MessageRepository,
        lookback: timedelta,
        *,
        is_bounded: bool = False,
        start_date: date | None = None,
    ) -> None:
        self._stream = stream
        self._connection = connection
        self._repository = repository
        self.lookback = lookback
        self._lock = threading.Lock()
        self._is_bounded = is_bounded
        self._start_date = start_date
        self._known = company_states(state, stream, lookback)
        self._latest: dict[str, str] = {}
        self._emitted_at: float | None = None
        self._pending = True

    @property
    def state(self) -> MutableMapping[str, Any]:
        """The stream's state as it stands."""
        with self._lock:
            return self._state()

    def since(self, company_id: str) -> datetime | None:
        """From when on a company's changes are asked for; None reads it in full."""
        cursor = self._known_of(company_id).updated_at
        return parse_utc(cursor) - self.lookback if cursor and not self.moved_start(company_id) else None

    def has_cursor(self, company_id: str) -> bool:
        """Whether the state says that rows of the company were delivered before."""
        known = self._known_of(company_id)
        return known.updated_at is not None or known.resume is not None

    def checkpoint(self, company_id: str) -> Checkpoint | None:
        """How far a read of the company has come that was not finished."""
        return self._known_of(company_id).resume

    def drop_checkpoint(self, company_id: str) -> None:
        """Forgets it; at once, because the rows that come now may not be those that it stands for."""
        with self._lock:
            if self._known.get(company_id, CompanyState()).resume:
                self._known[company_id] = replace(self._known[company_id], resume=None)
                self._changed()

    def moved_start(self, company_id: str) -> date | None:
        """The `start_date` of the run that the company's state is from, if the present one is earlier or missing.

        What lies between the two has never been read.
        """
        before = self._known_of(company_id).start_date
        is_earlier = before is not None and (self._start_date is None or self._start_date < before)
        return before if self._is_bounded and is_earlier else None

    def is_ahead(self, company_id: str, now: datetime) -> bool:
        """Whether a company's state is later than the server's clock by more than the lookback makes up for.

        The clock was put back since then, or somebody has edited the state: what changed meanwhile would be missed.
        """
        known = self._known_of(company_id)
        cursor = parse_utc(known.updated_at) if known.updated_at else None
        # A read that goes on follows the changes since it began, whatever the cursor says.
        reached = known.resume.started_at if known.resume else cursor
        return reached is not None and reached - now > min(self.lookback, MOST_MADE_UP_FOR)

    def observe(self, record: Record | AirbyteMessage) -> None:
        """Notes the latest date of a page that was handed to the queue, and emits a state that has waited for it."""
        if not isinstance(record, PageMessage):
            return
        with self._lock:
            if record.latest:
                self._latest[record.company_id] = max(record.latest, self._latest.get(record.company_id, ""))
            if self._pending and self._emitted_at is not None:
                self._emit_if_due()

    def close_partition(self, partition: Partition) -> None:
        """Nothing: a company is complete when its last partition says so (`company_complete`)."""

    def window_complete(self, company_id: str, begun: Checkpoint, window: Span) -> None:
        """Adds a window whose pages were all handed to the queue to what its company's read has finished.

        `begun`: the checkpoint with which the read began.
        """
        with self._lock:
            known = self._known.get(company_id, CompanyState())
            resume = (known.resume or begun).with_window(window, self._latest.get(company_id))
            self._known[company_id] = replace(known, resume=resume)
            self._changed()

    def company_complete(self, company_id: str, started_at: datetime, existing: Existing | None = None) -> None:
        """Moves a company's cursor to the latest date delivered, at most to the server's clock when its read began.

        `existing`: the rows that this run has counted; None where it could not, and what is known of them stays.
        """
        with self._lock:
            known = self._known.get(company_id, CompanyState())
            before = known.resume.latest if known.resume else None
            reached = max(filter(None, (known.updated_at, before, self._latest.get(company_id))), default=None)
            self._known[company_id] = replace(
                known,
                updated_at=min(reached, format_utc(started_at)) if reached else None,
                start_date=self._start_date if self._is_bounded else None,
                resume=None,
                existing=existing or known.existing,
            )
            self._changed()

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emits the last state of the stream, unless it is out already."""
        with self._lock:
            if self._pending:
                self._emit(time.monotonic())

    def should_be_synced(self, record: Record) -> bool:
        """The API filters; every record that it delivers is emitted."""
        return True

    def _changed(self) -> None:
        self._pending = True
        self._emit_if_due()

    def _emit_if_due(self) -> None:
        now = time.monotonic()
        if self._emitted_at is None or now - self._emitted_at >= SECONDS_BETWEEN_STATES:
            self._emit(now)

    def _emit(self, now: float) -> None:
        self._emitted_at = now
        self._pending = False
        descriptor = StreamDescriptor(name=self._stream)
        stream_state = AirbyteStreamState(stream_descriptor=descriptor, stream_state=AirbyteStateBlob(self._state()))
        message = AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=stream_state)
        self._repository.emit_message(AirbyteMessage(type=Type.STATE, state=message))

    def _state(self) -> dict[str, Any]:
        return {"connection": self._connection, "states": [one.entry(company) for company, one in self._known.items()]}

    def _known_of(self, company_id: str) -> CompanyState:
        with self._lock:
            return self._known.get(company_id, CompanyState())
