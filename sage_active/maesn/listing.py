"""The list of one object in one company as a writer needs it: by key, up to date, read as rarely as possible.

Maesn has few filters and no promise that Sage Active honours them (docs/reference/maesn.md, "Changes" and "Unknown"):
the list is read once, with the same checks as any read, and again only when it matters what others, or a lost answer,
have changed.
"""

import logging
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sage_active.client import Company, Page, Reading, ReadRequest
from sage_active.errors import SageActiveError, configuration_error
from sage_active.faults import COMPANY_REFUSED, TOO_HEAVY
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.key_index import KeyIndex
from sage_active.maesn.page_limits import ROWS_PER_PAGE
from sage_active.resources.resource import MaesnResource, Resource

LOGGER = logging.getLogger("airbyte")
# Beyond so many values the list itself costs fewer requests.
MOST_FILTERED: Final = 20
# How far the clock behind `lastModifiedAt` may be from the one that dates the answers.
CLOCKS_APART: Final = timedelta(minutes=5)
# How often a created record may be missing from the list before that counts as an answer, and seconds before the
# second look; they double from look to look.
MOST_LOOKS: Final = 5
FIRST_PAUSE: Final = 0.25


@dataclass(slots=True)
class _Doubt:
    """A created record that the list has not shown under the key that was sent; its answer proves nothing."""

    member: str
    value: str
    row_id: str
    looks: int = 0


class _Gate:
    """Lets creates pass together, and a reading of the list only while none is under way: its total holds still."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._passing = 0
        self._is_shut = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        with self._condition:
            self._condition.wait_for(lambda: not self._is_shut)
            self._passing += 1
        try:
            yield
        finally:
            with self._condition:
                self._passing -= 1
                self._condition.notify_all()

    @contextmanager
    def shut(self) -> Iterator[None]:
        with self._condition:
            self._condition.wait_for(lambda: not self._is_shut)
            self._is_shut = True
            self._condition.wait_for(lambda: not self._passing)
        try:
            yield
        finally:
            with self._condition:
                self._is_shut = False
                self._condition.notify_all()


class Listing:
    """One object in one company. Safe for all threads.

    `identifications`: the keys that are VAT or identification numbers.
    """

    def __init__(
        self,
        client: MaesnClient,
        resource: Resource,
        binding: MaesnResource,
        company: Company,
        identifications: Collection[str] = (),
    ) -> None:
        self._client = client
        self._request = ReadRequest(resource, company, {})
        self._index = KeyIndex(binding.key, (*binding.keys, *binding.document_keys), identifications)
        self._key = binding.key
        self._filters = binding.filters
        self._gate = _Gate()
        self._reading = threading.Lock()
        # When the last complete reading began: by this machine's clock, and by the server's.
        self._as_of = -1.0
        self._read_at: datetime | None = None
        self._dates_are_trusted = True
        self._honoured: dict[str, bool] = {}
        # Members that records are looked up by, and those of them that the list is known to show as they were sent.
        self._looked_up: set[str] = set()
        self._kept: set[str] = set()
        self._doubts: dict[str, _Doubt] = {}
        self._doubting = threading.Lock()
        self._closed = threading.Event()

    def close(self) -> None:
        """Ends all waiting and deletes what was kept."""
        self._closed.set()
        self._index.close()

    def rows(self, member: str, values: Sequence[str], *, fresh: bool = False) -> list[tuple[str, bytes]]:
        """The rows whose `member` is one of `values`, each with that value; `fresh`: as the API has them now.

        Raises `SageActiveError`.
        """
        arrived = time.monotonic()
        self._looked_up.add(member)
        self._read(0.0)
        if fresh and not self._read_filtered(member, values):
            self._read(arrived)
        found = self._index.rows(member, values)
        if member not in self._kept and any(self._index.shows(member, value) for value, _ in found):
            # What an earlier sync has created came back under its key.
            self._kept.add(member)
        return found

    @contextmanager
    def creating(self) -> Iterator[None]:
        """A create is under way until the context ends; `created` belongs inside.

        Raises a configuration error when what was created before could not be found again.
        """
        self._check_doubts()
        with self._gate.passing():
            yield

    def created(self, row: bytes, sent: Mapping[str, str]) -> None:
        """Keeps the answer to a create. `sent`: the keys of its input, by preference."""
        self._index.add_own(row, sent)
        # The one that the record was looked up by must find it in the next sync.
        member = next((name for name in sent if name in self._looked_up), None)
        if member is not None and member not in self._kept:
            row_id = self._index.keys_of(row)[self._key]
            self._doubts.setdefault(member, _Doubt(member, sent[member], row_id))

    # --- reading ---

    def _read(self, not_before: float) -> None:
        """Reads the list, or what has changed in it, unless a reading that began at `not_before` or later has ended."""
        with self._reading:
            if self._as_of >= not_before:
                return
            with self._gate.shut():
                began = time.monotonic()
                since = self._read_at - CLOCKS_APART if self._read_at and self._dates_are_trusted else None
                reading = self._client.open(self._dated(since))
                number = self._index.begin()
                self._keep_all(reading, number)
                if reading.summary().changed_since is None:
                    # Asked for changes and given everything: the dates are not to be trusted.
                    self._dates_are_trusted = self._dates_are_trusted and since is None
                    self._index.forget_before(number)
                self._as_of, self._read_at = began, reading.started_at

    def _dated(self, since: datetime | None) -> ReadRequest:
        return ReadRequest(self._request.resource, self._request.company, {}, since=since)

    def _keep_all(self, reading: Reading, number: int) -> None:
        def keep(pages: Iterable[Page]) -> None:
            for page in pages:
                self._keep(page, number)

        if reading.parts:
            with ThreadPoolExecutor(reading.parts, thread_name_prefix="listing") as executor:
                for kept in [executor.submit(keep, reading.part(index)) for index in range(reading.parts)]:
                    kept.result()
        keep(reading.rest())

    def _keep(self, page: Page, number: int | None = None) -> None:
        self._index.add_read(page.rows, number)

    def _read_filtered(self, member: str, values: Sequence[str]) -> bool:
        """Asks for the rows by the list's own filter, where it has one that is proved to work; whether that worked."""
        parameter = self._filters.get(member)
        if parameter is None or len(values) > MOST_FILTERED or not self._is_honoured(member, parameter):
            return False
        for value in values:
            page = self._filtered(parameter, value)
            if page is None or not self._all_carry(page, member, value):
                self._honoured[member] = False
                return False
            self._keep(page)
        return True

    def _is_honoured(self, member: str, parameter: str) -> bool:
        """Whether the filter brings exactly the rows of a value that is known, among others, to be there."""
        if member not in self._honoured:
            known = self._index.one_of_several(member)
            if known is None:
                # Nothing to prove it by, and next to nothing to read.
                return False
            page = self._filtered(parameter, known)
            self._honoured[member] = page is not None and bool(page.rows) and self._all_carry(page, member, known)
        return self._honoured[member]

    def _filtered(self, parameter: str, value: str) -> Page | None:
        try:
            return self._client.fetch(self._request, 1, {parameter: value}, ROWS_PER_PAGE).page
        except SageActiveError as error:
            if error.fault not in (COMPANY_REFUSED, TOO_HEAVY):
                raise
            return None

    def _all_carry(self, page: Page, member: str, value: str) -> bool:
        return all(self._index.keys_of(row).get(member) == value for row in page.rows)

    # --- whether what is created can be found again ---

    def confirm(self) -> None:
        """Waits until the list shows what was created under its key, once for each key that records are looked up by.

        Raises a configuration error when the next sync could not find it.
        """
        while self._doubts and not self._closed.is_set():
            self._check_doubts()

    def _check_doubts(self) -> None:
        with self._doubting:
            for doubt in list(self._doubts.values()):
                self._look(doubt)
                if doubt.member in self._kept:
                    del self._doubts[doubt.member]
                elif self._index.lists(doubt.row_id):
                    raise configuration_error(
                        f"{self._request.company.label}: Maesn does not give back `{doubt.member}` of "
                        f"{self._request.resource.name} as it was sent; the next sync could not find them again, "
                        "and would create them once more.",
                        "Choose another key for the stream (see the table of keys in the documentation), and remove "
                        "what this sync has created before the next one.",
                    )
                elif doubt.looks >= MOST_LOOKS:
                    raise configuration_error(
                        f"{self._request.company.label}: Maesn does not list what it has just created of "
                        f"{self._request.resource.name}, so nobody can tell whether the next sync would find it.",
                        "Wait a few minutes and run the sync again: it looks for everything before it creates. If this "
                        "stays, choose another key for the stream; see the table of keys in the documentation.",
                    )

    def _look(self, doubt: _Doubt) -> None:
        if doubt.looks:
            self._closed.wait(FIRST_PAUSE * 2 ** (doubt.looks - 1))
        doubt.looks += 1
        if doubt.looks == MOST_LOOKS:
            # Neither a filter nor a date may be what hides it.
            self._read_at = None
            self._read(time.monotonic())
        self.rows(doubt.member, [doubt.value], fresh=doubt.looks < MOST_LOOKS)
