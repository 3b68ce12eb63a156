"""`sage-active forecast`: rows, requests and minutes of a first sync, before it is run."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from math import ceil
from statistics import median
from typing import Final

from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream

from sage_active.attempts import BEGINNING
from sage_active.client import Company, Counted
from sage_active.companies import resolve_companies
from sage_active.config import validated
from sage_active.direct.rounds import PURPOSE
from sage_active.errors import SageActiveError
from sage_active.resources.resource import READ, Resource
from sage_active.resources.table import RESOURCES, offered
from sage_active.runtime.progress import Progress, shown_progress
from sage_active.runtime.waits import WAITS
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import connection, keeper
from sage_active_cli.console import show, show_json, show_rows
from sage_active_cli.direct_estimate import DirectEstimator
from sage_active_cli.maesn_estimate import MaesnEstimator
from sage_active_cli.read_estimate import ReadEstimate
from source_sage_active.configuration import SourceConfig
from source_sage_active.deletions import RECORD_IDS
from source_sage_active.streams import COMPANIES, Context, SageActiveStream, all_streams

SECONDS_PER_MINUTE: Final = 60
HEAD: Final = ("stream", "company", "rows", "requests", "minutes")


@dataclass(frozen=True)
class Line:
    """One stream in one company. `rows`: as the API states, None where it does not; `problem`: why it is not read."""

    stream: str
    company: str
    rows: int | None
    requests: int
    problem: str | None = None


@dataclass(frozen=True)
class Forecast:
    """A first sync. `latency`: median seconds of the `requests_made` small requests that the forecast itself made."""

    lines: Sequence[Line]
    latency: float
    requests_made: int

    @property
    def rows(self) -> int:
        """All rows that are stated."""
        return sum(line.rows or 0 for line in self.lines)

    @property
    def requests(self) -> int:
        """All requests to the API; a renewal of the access token is not among them."""
        return sum(line.requests for line in self.lines)

    def seconds(self, num_workers: int, requests_per_minute: int) -> float:
        """How long it takes at least: as the latency allows, and as the budget of a moving minute allows."""
        by_budget = SECONDS_PER_MINUTE * ((self.requests - 1) // requests_per_minute)
        return max(self.requests * self.latency / num_workers, by_budget)


def run(config: str, as_json: bool) -> None:
    """Prints the forecast. Raises `SageActiveError` where nothing can be read at all."""
    file = ConfigurationFile(config, "--config")
    content = file.read()
    settings = validated(SourceConfig, content)
    keep = keeper(file, settings)
    with connection(settings, content, keep, direct=DirectEstimator, maesn=MaesnEstimator) as client:
        if not isinstance(client, (DirectEstimator, MaesnEstimator)):
            raise TypeError("a forecast needs a client that estimates")
        with shown_progress("forecast", partial(_progress, client), unit="request", shares_terminal=True):
            result = forecast(client, settings)
    seconds = result.seconds(settings.num_workers, settings.requests_per_minute)
    if as_json:
        totals = {"rows": result.rows, "requests": result.requests, "seconds": round(seconds, 3)}
        show_json({"streams": [asdict(line) for line in result.lines], **totals})
        return
    show_rows(HEAD, _cells(result, seconds), numbers={"rows", "requests", "minutes"})
    show(*(line for paragraph in explained(result, settings) for line in ("", paragraph)))


def _progress(client: DirectEstimator | MaesnEstimator) -> Progress:
    """The requests that the read of each stream will make, as far as they are known."""
    requests: Counter[str] = Counter()
    companies = set()
    for estimate in list(client.estimates):
        requests[estimate.request.resource.name] += estimate.requests
        companies.add(estimate.request.company.id)
    return Progress(requests, companies=len(companies), waiting=WAITS.most())


def forecast(
    client: DirectEstimator | MaesnEstimator, config: SourceConfig, resources: Sequence[Resource] = RESOURCES
) -> Forecast:
    """Goes through a first read of all streams. Raises `SageActiveError` when the companies cannot be listed."""
    found = client.company_list()
    lines = [Line(COMPANIES, "", len(found.companies), client.meter.requests)]
    companies = resolve_companies(config.companies, found.companies, found.unlisted)
    context = Context(
        client, config, InMemoryMessageRepository(), listed=found.companies, companies=companies, resources=resources
    )
    streams = all_streams(context)
    counts = _surveyed(client, streams, resources, companies)
    problems = dict(_read_through(streams))
    lines.extend(_line(estimate, problems) for estimate in client.estimates)
    # What is not of one company, such as a stream that is not offered yet, has no estimate.
    lines.extend(Line(stream, "", None, 0, problem) for (stream, company), problem in problems.items() if not company)
    if counts:
        lines.append(Line(PURPOSE, "", 0, counts))
    seconds = client.meter.seconds
    return Forecast(lines, median(seconds), len(seconds))


def _surveyed(
    client: DirectEstimator | MaesnEstimator,
    streams: Sequence[DefaultStream],
    resources: Sequence[Resource],
    companies: Sequence[Company],
) -> int:
    """Asks as the census of a read does, and notes what it finds; the requests that this takes."""
    # Rows of one root are counted once, however many streams have them.
    counted_resources = {
        counting: resource
        for resource in offered(client.connection, READ, resources)
        if (counting := client.counting(resource))
    }.values()
    last = dict.fromkeys(counted_resources)
    surveyed = {
        stream.resource: stream.surveyed
        for stream in streams
        if isinstance(stream, SageActiveStream) and stream.surveyed
    }
    before = client.meter.requests
    for company in companies:
        requests = {
            resource: request
            for resource, partitions in surveyed.items()
            if (request := partitions.surveyed(company)) is not None
        }
        try:
            for survey in client.survey(last, client.listed_at or BEGINNING, requests, company):
                for resource, finding in survey.findings.items():
                    if isinstance(finding, Counted):
                        surveyed[resource].note_counted(company, finding)
                        continue
                    surveyed[resource].note_complete(company)
                    estimate = ReadEstimate(requests[resource])
                    estimate.reading = finding
                    client.estimates.append(estimate)
        except SageActiveError:
            # What is wrong shows when the company is read.
            continue
    return client.meter.requests - before


def _read_through(streams: Sequence[DefaultStream]) -> Iterator[tuple[tuple[str, str], str]]:
    """Runs every stream as a read does; yields what fails, by stream and company."""
    for stream in streams:
        # Its ids are those of records that are forecast already.
        if stream.name == RECORD_IDS:
            continue
        for partition in stream.generate_partitions():
            try:
                for _ in partition.read():
                    pass
            except SageActiveError as error:
                slice_ = partition.to_slice() or {}
                yield (stream.name, str(slice_.get("company_id", ""))), str(error)


def _line(estimate: ReadEstimate, problems: dict[tuple[str, str], str]) -> Line:
    stream, company = estimate.request.resource.name, estimate.request.company
    problem = problems.get((stream, company.id))
    stated = estimate.reading.summary().stated if estimate.reading else estimate.stated
    rows = None if problem else stated
    return Line(stream, company.name or company.id, rows, estimate.requests, problem)


def _cells(result: Forecast, seconds: float) -> list[tuple[str, str, str, str, str]]:
    def minutes(requests: int) -> str:
        return f"{seconds / SECONDS_PER_MINUTE * requests / result.requests:.1f}"

    lines = [
        (line.stream, line.company, stated_rows(line), f"{line.requests:,}", minutes(line.requests))
        for line in result.lines
    ]
    return [*lines, ("total", "", f"{result.rows:,}", f"{result.requests:,}", minutes(result.requests))]


def explained(result: Forecast, config: SourceConfig) -> list[str]:
    """What stands below the table: how long it takes, what is not known, and what cannot be read; a paragraph each."""
    seconds = result.seconds(config.num_workers, config.requests_per_minute)
    unstated = [line for line in result.lines if line.rows is None and not line.problem]
    return [
        f"A first sync takes {_duration(seconds)} or more: {result.requests:,} requests, {config.num_workers} at once "
        f"(`num_workers`), at most {config.requests_per_minute:,} a minute (`requests_per_minute`). Each counts with "
        f"{result.latency * 1000:.0f} ms, the median of the {result.requests_made} small requests of this forecast; "
        "full pages take longer.",
        *(["No total is stated where rows are unknown: there, it may be many more requests."] if unstated else []),
        *(f"{line.stream}: {line.problem}" for line in result.lines if line.problem),
    ]


def stated_rows(line: Line) -> str:
    """The number of rows, or why there is none."""
    if line.rows is None:
        return "not readable" if line.problem else "unknown"
    return f"{line.rows:,}"


def _duration(seconds: float) -> str:
    return f"{seconds / SECONDS_PER_MINUTE:.1f} minutes" if seconds > SECONDS_PER_MINUTE else f"{ceil(seconds)} s"
