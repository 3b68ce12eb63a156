"""A phase of its own before the streams are read: asks about all of them at once, company by company.

Companies are asked side by side. What is complete with that is delivered at once, on the same queue as everything else;
of the others it notes how many rows there are. It never fails a stream; what it cannot find out is left to the stream's
own read.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStreamStatus

from sage_active.client import Client, Company, Counted, Finding, ReadRequest
from sage_active.errors import SageActiveError
from sage_active.resources.resource import Resource
from source_sage_active.deletions import RootCounts
from source_sage_active.partitions import CompanyPartitions
from source_sage_active.queue import PageQueue, QueueRepository, ReadStoppedError

LOGGER = logging.getLogger("airbyte")


@dataclass(frozen=True, slots=True)
class SurveyedStream:
    """A stream that the census asks about."""

    resource: Resource
    partitions: CompanyPartitions


@dataclass(frozen=True, slots=True)
class _Done:
    """The survey of a company is over; `error`: an unexpected exception, if there was one."""

    error: BaseException | None = None


class CompanyCensus:
    """Asks about the streams of each company, and counts its roots (`RootCounts`)."""

    def __init__(
        self,
        client: Client,
        counts: RootCounts,
        streams: Sequence[SurveyedStream],
        queue: PageQueue,
        repository: QueueRepository,
    ) -> None:
        self._client = client
        self._counts = counts
        self._streams = {stream.resource: stream.partitions for stream in streams}
        self._by_name = {stream.resource.name: stream.partitions for stream in streams}
        self._queue = queue
        self._repository = repository

    def messages(self, companies: Sequence[Company], executor: Executor) -> Iterator[AirbyteMessage]:
        """The messages of the census, until all companies are done.

        `executor` bounds how many are asked side by side.
        """
        for company in companies:
            executor.submit(self._run, company)
        left = len(companies)
        while left:
            item: Any = self._queue.get()
            if isinstance(item, _Done):
                left -= 1
                if item.error:
                    raise item.error
            else:
                yield item
            yield from self._repository.consume_queue()

    def is_announced(self, message: AirbyteMessage) -> bool:
        """Whether the engine announces the start of a stream that the census has announced already."""
        status = getattr(message.trace, "stream_status", None) if message.trace else None
        if status is None or status.status is not AirbyteStreamStatus.STARTED:
            return False
        partitions = self._by_name.get(status.stream_descriptor.name)
        return partitions is not None and partitions.is_started

    def _run(self, company: Company) -> None:
        done = _Done()
        try:
            self._survey(company)
        except ReadStoppedError:
            return
        except BaseException as error:
            done = _Done(error)
        self._queue.put(done)

    def _survey(self, company: Company) -> None:
        requests: dict[Resource, ReadRequest] = {
            resource: request
            for resource, partitions in self._streams.items()
            if (request := partitions.surveyed(company)) is not None
        }
        last = self._counts.last(company)
        if len(requests) == 1 and not any(request.since for request in requests.values()):
            # A single read asks the same with its first page.
            requests.clear()
        if not requests and not last:
            return
        try:
            for survey in self._client.survey(last, self._counts.now, requests, company):
                self._counts.note(company, survey.recounts)
                for resource, finding in survey.findings.items():
                    # The counts that came with it may show that changes are not enough.
                    if not (requests[resource].since and self._streams[resource].has_late_rows(company)):
                        self._take(company, resource, finding)
                # Its pages are written already.
                del survey
        except SageActiveError as error:
            _log_unfinished(company, error)

    def _take(self, company: Company, resource: Resource, finding: Finding) -> None:
        partitions = self._streams[resource]
        if isinstance(finding, Counted):
            partitions.note_counted(company, finding)
            return
        try:
            partitions.deliver(company, finding, self._queue.put)
        except SageActiveError as error:
            # The survey of the other streams goes on.
            _log_unfinished(company, error)


def _log_unfinished(company: Company, error: SageActiveError) -> None:
    # What is wrong shows when the company is read, and is reported there.
    LOGGER.info(
        "%s: the census was not finished (%s); what is left of it is read stream by stream.", company.label, error
    )
