"""Streams that the connection only plans: whether the API answers is asked first, in each company and in every run.

Nothing is kept between runs, so that such a stream is read as soon as the API has it.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator

from sage_active.client import Client, Company
from sage_active.companies import names
from sage_active.errors import SageActiveError, configuration_error
from sage_active.markets import CONNECTION_LABELS
from sage_active.offer import Offer, Verdict
from sage_active.resources.resource import Resource
from source_sage_active.partitions import StreamPartition, failing

LOGGER = logging.getLogger("airbyte")
# How `discover` describes such a stream.
PLANNED: Final = "Planned by Maesn; read as soon as Maesn answers."


class PlannedPartitions(PartitionGenerator):
    """Asks in all companies first, then reads those that have rows.

    `read`: makes the partitions of companies; `is_tried`: a stream that is not offered is complete without records
    (`planned_objects`). A company without rows is left out, so that its state stays as it was.
    """

    def __init__(
        self,
        client: Client,
        resource: Resource,
        companies: Sequence[Company],
        read: Callable[[Sequence[Company]], PartitionGenerator],
        *,
        is_tried: bool,
    ) -> None:
        self._client = client
        self._resource = resource
        self._companies = companies
        self._read = read
        self._is_tried = is_tried

    def generate(self) -> Iterable[Partition]:
        """What fails by name, and the partitions of the companies that have rows."""
        answering: list[Company] = []
        without: dict[int, list[Company]] = {}
        for company in self._companies:
            try:
                offer = self._client.offer(self._resource, company)
            except SageActiveError as error:
                yield self._failed(error, company_id=company.id)
                continue
            if offer.verdict is Verdict.NOT_OFFERED:
                without.setdefault(offer.status, []).append(company)
            elif offer.verdict is Verdict.EMPTY:
                self._log_no_rows(company)
            else:
                answering.append(company)
        if without and self._is_tried:
            LOGGER.warning("%s Nothing is read of it there.", self._not_offered(without))
        elif without:
            refusal = configuration_error(
                f"{self._not_offered(without)} Nothing is read of it there.",
                "Deselect the stream, or set `planned_objects` to `try`: then it is complete without records until it "
                "is offered, and read from then on.",
            )
            yield self._failed(refusal)
        yield from self._read(answering).generate()

    def _failed(self, error: SageActiveError, **slice_: str) -> Partition:
        return StreamPartition(self._resource.name, slice_, partial(failing, error))

    def _not_offered(self, companies: dict[int, list[Company]]) -> str:
        label = CONNECTION_LABELS[self._client.connection]
        where = ", ".join(f"HTTP {status} in {names(refusing)}" for status, refusing in companies.items())
        return f"`{self._resource.name}` is planned {label} and not offered yet ({where})."

    def _log_no_rows(self, company: Company) -> None:
        LOGGER.info(
            "%s, stream %s: it is planned %s; it answered with no rows. The state of the company stays as it was.",
            company.label,
            self._resource.name,
            CONNECTION_LABELS[self._client.connection],
        )


def planned_remarks(client: Client, resources: Sequence[Resource], company: Company) -> list[str]:
    """What `check` says of planned streams: one sentence, and why there is no verdict where there is none."""
    doubts: list[str] = []
    verdicts: list[str] = []
    for resource in resources:
        try:
            verdict = _described(client.offer(resource, company, once=True))
        except SageActiveError as error:
            doubts.append(f"Stream {resource.name}: {error}")
            verdict = "no verdict"
        verdicts.append(f"{resource.name} ({verdict})")
    if not verdicts:
        return []
    label = CONNECTION_LABELS[client.connection]
    return [f"Planned {label}, asked for in {company.label}: {', '.join(verdicts)}.", *doubts]


def _described(offer: Offer) -> str:
    detail = f", HTTP {offer.status}" if offer.verdict is Verdict.NOT_OFFERED else ""
    return f"{offer.verdict.value}{detail}"
