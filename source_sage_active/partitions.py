"""A company is a partition; a large one is read in several parts side by side."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator

from sage_active.client import Company, Counted, Page, Reading, ReadRequest
from sage_active.direct.editions import lacks_object
from sage_active.errors import SageActiveError
from sage_active.resources.resource import Resource, Scope
from source_sage_active.announcement import Announcement
from source_sage_active.checkpoint import Checkpoint
from source_sage_active.company_opening import CompanyOpening, OpenedRead, Opener
from source_sage_active.completion import log_completion
from source_sage_active.cursor import CompanyCursor
from source_sage_active.deletions import NOT_COUNTED, StreamExisting
from source_sage_active.findings import StreamFindings
from source_sage_active.located import located
from source_sage_active.odd_records import OddRecords
from source_sage_active.planning import planned_ahead
from source_sage_active.records import PageMessage
from source_sage_active.shared_read import SharedRead
from source_sage_active.shares import Share, shares

LOGGER = logging.getLogger("airbyte")


class CompanyRead:
    """One company's read of one stream, shared by its partitions: the last one to finish reads the rest."""

    def __init__(
        self,
        reading: Reading,
        company: Company,
        cursor: CompanyCursor,
        announcement: Announcement,
        odd_records: OddRecords,
        checkpoint: Checkpoint | None = None,
        existing: StreamExisting = NOT_COUNTED,
        label: str = "",
    ) -> None:
        self.company = company
        self._checkpoint = checkpoint
        self._label = label
        self._existing = existing
        self._odd_records = odd_records
        self._reading = reading
        self._cursor = cursor
        self._announcement = announcement
        self._lock = threading.Lock()
        self._running = max(1, reading.parts)
        self._failed = False
        self._began = datetime.now()

    def part(self, stream: str, index: int) -> Iterator[PageMessage]:
        """The pages of one part, and after the last part the rest of the company. Raises `SageActiveError`."""
        try:
            if self._reading.parts:
                yield from self._pages(stream, self._reading.part(index))
                self._window_complete(index)
            if self._is_last():
                yield from self._pages(stream, self._reading.rest())
                self._complete(stream)
        except SageActiveError as error:
            with self._lock:
                repeated, self._failed = self._failed, True
            # One failure names the company; its other parts have nothing to add.
            if not repeated:
                raise located(error, stream, self._label, self.company.label) from None

    def _pages(self, stream: str, pages: Iterator[Page]) -> Iterator[PageMessage]:
        for page in pages:
            if self._failed:
                return
            self._announcement.running()
            if page.oddities:
                self._odd_records.note(self.company, page)
            finished = [PageMessage(stream, self.company.id, page)]
            # Neither the page nor its lines are held while the next one is under way: every worker would hold some.
            del page
            yield finished.pop()

    def _window_complete(self, index: int) -> None:
        """Notes that all pages of a window are on the queue: the iteration goes on when the last one is."""
        # A part that stops because another one has failed is not complete.
        if self._checkpoint and not self._failed:
            self._cursor.window_complete(self.company.id, self._checkpoint, self._reading.windows[index])

    def _is_last(self) -> bool:
        with self._lock:
            self._running -= 1
            return self._running == 0 and not self._failed

    def _complete(self, stream: str) -> None:
        self._odd_records.company_complete(self.company)
        summary = self._reading.summary()
        existing = self._existing.after(self.company.id, self.company.label, summary)
        self._cursor.company_complete(self.company.id, self._reading.started_at, existing)
        log_completion(self.company.label, self._label or stream, summary, self._began)


class StreamPartition(Partition):
    """Something of a stream that one worker reads: a part of a company, or a failure that must be reported."""

    def __init__(self, stream: str, slice_: Mapping[str, Any], pages: Callable[[], Iterator[AirbyteMessage]]) -> None:
        self._stream = stream
        self._slice = slice_
        self._pages = pages

    def read(self) -> Iterable[Any]:
        """Pages, which are messages that the CDK's queue hands on unopened."""
        return self._pages()

    def to_slice(self) -> Mapping[str, Any]:
        """Which company and part this is."""
        return self._slice

    def stream_name(self) -> str:
        """The stream's name."""
        return self._stream

    def __hash__(self) -> int:
        return id(self)


class CompanyPartitions(PartitionGenerator):
    """Plans the read of each company and yields its parts.

    `stream`: where the records belong, if it is not called like the resource, by whose name messages go; `unlisted`:
    what is `refused` because a market did not list its companies; `planners`: plan companies side by side. A census
    asks for what `surveyed` says before, and delivers what is complete through `deliver`.
    """

    def __init__(
        self,
        client: Opener,
        resource: Resource,
        companies: Sequence[Company],
        refused: Sequence[SageActiveError],
        request: Callable[[Share, Company], ReadRequest],
        cursor: CompanyCursor,
        announcement: Announcement,
        *,
        is_incremental: bool,
        existing: StreamExisting = NOT_COUNTED,
        stream: str = "",
        planners: Executor | None = None,
        unlisted: Sequence[SageActiveError] = (),
    ) -> None:
        self._planners = planners
        self._findings = StreamFindings()
        self._object = resource
        self._scope = resource.scope(client.connection)
        self._companies = companies
        self._refused = refused
        self._unlisted = unlisted
        self._cursor = cursor
        self._announcement = announcement
        self._is_incremental = is_incremental
        self._existing = existing
        self._stream = stream or resource.name
        self._odd_records = OddRecords(resource.name)
        has_checkpoints = is_incremental and self._scope is Scope.COMPANY
        self._request = request
        self._shares = shares(self._scope, companies)
        # What a census can find out through a company: its own rows, or those that it is the first one to share.
        self._share_through = {share.companies[0].id: share for share in self._shares}
        self._opening = CompanyOpening(
            client, resource.name, self._request_to_open, cursor, has_checkpoints=has_checkpoints
        )

    def generate(self) -> Iterable[Partition]:
        """The partitions of all companies; planning one company asks for its first page."""
        stream, label = self._stream, self._object.name
        for number, error in enumerate(self._refused):
            if self._is_missed(error):
                yield StreamPartition(stream, {"refused": number}, partial(failing, error))
        left = [share for share in self._shares if share.state_id not in self._findings.complete]
        if self._scope is not Scope.COMPANY:
            for share in left:
                yield StreamPartition(stream, {"company_id": share.owner}, partial(self._shared(share).pages, stream))
            return
        for share, opened in planned_ahead(self._opened, left, self._planners):
            slice_, (company,) = {"company_id": share.owner}, share.companies
            if isinstance(opened, SageActiveError):
                if self._has_nothing_to_lose(company) and lacks_object(opened):
                    LOGGER.warning(
                        "%s, stream %s: the company's Sage Active edition does not have these records (%s). Nothing is "
                        "read of them; the company is complete.",
                        company.label,
                        label,
                        opened.context.detail,
                    )
                    continue
                # The company fails by name when its partition is read, and leaves the others alone.
                yield StreamPartition(stream, slice_, partial(failing, located(opened, stream, label, company.label)))
                continue
            read = self._read(opened, company)
            for index in range(max(1, opened.reading.parts)):
                yield StreamPartition(stream, slice_ | {"part": index}, partial(read.part, stream, index))

    def _is_missed(self, error: SageActiveError) -> bool:
        """Whether rows are missing because of a company or market that cannot be used.

        What companies share can be read through those that are usable; what a market shares, through its own only.
        """
        if self._scope is Scope.COMPANY or not self._companies:
            return True
        return self._scope is Scope.MARKET and error in self._unlisted

    def surveyed(self, company: Company) -> ReadRequest | None:
        """What a census may ask for in place of a read; None where there is none, or it has something to go on with."""
        share = self._share_through.get(company.id)
        if share is None or self._cursor.checkpoint(share.state_id) or self._cursor.moved_start(share.state_id):
            return None
        return self._request(share, company)

    def has_late_rows(self, company: Company) -> bool:
        """Whether the counts of this run show that a read of changes alone would miss rows."""
        return self._existing.late_rows(self._share_through[company.id].state_id) is not None

    def note_counted(self, company: Company, counted: Counted) -> None:
        """Takes how many rows a census has counted through a company."""
        self._findings.note_counted(self._share_through[company.id].state_id, counted)

    def note_complete(self, company: Company) -> None:
        """Takes that everything which a census can find out through a company is delivered."""
        self._findings.note_complete(self._share_through[company.id].state_id)

    def deliver(self, company: Company, reading: Reading, put: Callable[[PageMessage], None]) -> None:
        """Puts the pages that a census has found complete; none where the state is not of this server."""
        share = self._share_through[company.id]
        if self._cursor.is_ahead(share.state_id, reading.started_at):
            return
        self._announcement.started()
        opened = OpenedRead(reading)
        if self._scope is Scope.COMPANY:
            pages = self._read(opened, company).part(self._stream, 0)
        else:
            pages = self._shared(share).through(company, opened, self._stream)
        for page in pages:
            put(page)
            self._cursor.observe(page)
            del page
        self.note_complete(company)

    @property
    def is_started(self) -> bool:
        """Whether a census has delivered something, and has said that the stream has started."""
        return self._announcement.is_started

    def _read(self, opened: OpenedRead, company: Company) -> CompanyRead:
        return CompanyRead(
            opened.reading,
            company,
            self._cursor,
            self._announcement,
            self._odd_records,
            opened.checkpoint,
            self._existing,
            self._object.name,
        )

    def _shared(self, share: Share) -> SharedRead:
        return SharedRead(
            share,
            partial(self._opening.opened, share),
            self._cursor,
            self._announcement,
            self._odd_records,
            self._existing,
            self._object.name,
        )

    def _request_to_open(self, share: Share, company: Company) -> ReadRequest:
        request = self._request(share, company)
        counted = self._findings.counted.get(share.state_id)
        return replace(request, counted=counted) if counted else request

    def _opened(self, share: Share) -> OpenedRead | SageActiveError:
        """The read of a company, or why there is none: that must not keep others from being planned."""
        (company,) = share.companies
        try:
            return self._opening.opened(share, company)
        except SageActiveError as error:
            return error

    def _has_nothing_to_lose(self, company: Company) -> bool:
        """Whether a company may be complete without a row.

        A full refresh would replace its rows by none, and after an earlier read they would silently stop.
        """
        return self._is_incremental and not self._cursor.has_cursor(company.id)


def failing(error: SageActiveError) -> Iterator[AirbyteMessage]:
    """The pages of something that cannot be read: there are none, only the error."""
    raise error
    yield
