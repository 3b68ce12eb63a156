"""Reads of several streams from the scripted server, whose clock a test sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any, Final

from airbyte_cdk.models import AirbyteStateMessage, ConfiguredAirbyteCatalogSerializer, Type
from airbyte_cdk.utils import AirbyteTracedException

from sage_active.resources.resource import Resource
from source_sage_active.source import SourceSageActive
from unit_tests.growth.company_server import CompanyServer, Content, Row
from unit_tests.loopback import ReceivedRequest, Reply

ONE_COMPANY: Final[Mapping[str, Any]] = {"companies": [{"company_id": "company-1"}]}
DAY: Final = timedelta(days=1)
BEGINNING: Final = datetime(2026, 3, 1, tzinfo=timezone.utc)


class ClockedServer(CompanyServer):
    """`now`: what its clock shows."""

    def __init__(self, content: Mapping[str, Content], now: datetime = BEGINNING) -> None:
        super().__init__(content)
        self.now = now

    def _answer(self, request: ReceivedRequest) -> Reply:
        return replace(super()._answer(request), headers={"Date": format_datetime(self.now, usegmt=True)})

    @property
    def documents(self) -> list[str]:
        """The bodies of the requests that belong to a company."""
        return [request.body.decode() for request in self.requests if "x-organizationid" in request.headers]

    @property
    def counting(self) -> list[str]:
        """Those of the requests that ask for counts alone."""
        return [document for document in self.documents if "page:" not in document]


@dataclass(frozen=True)
class Sync:
    """What a read came to: rows, state and existing rows by stream, and how it failed."""

    rows: Mapping[str, Sequence[Row]]
    states: Sequence[AirbyteStateMessage]
    statuses: Mapping[str, str]
    errors: Sequence[str] = ()
    failure: str = ""
    existing: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def sync(
    server: CompanyServer,
    resources: Sequence[Resource],
    *,
    incremental: Iterable[str] = (),
    full: Iterable[str] = (),
    state: Sequence[AirbyteStateMessage] = (),
    **options: Any,
) -> Sync:
    """Reads some streams of a source that has these resources."""
    server.calls.clear()
    server.requests.clear()
    configured: list[dict[str, Any]] = [
        {
            "stream": {"name": name, "json_schema": {"properties": {"id": {}}}, "supported_sync_modes": [mode]},
            "sync_mode": mode,
            "destination_sync_mode": "append",
        }
        for mode, names in (("incremental", incremental), ("full_refresh", full))
        for name in names
    ]
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": configured})
    source = SourceSageActive(resources=resources)
    messages = []
    failure = ""
    try:
        for message in source.read({}, {**server.config, **options}, catalog, list(state)):  # type: ignore[arg-type]
            messages.append(message)
    except AirbyteTracedException as error:
        failure = str(error.message)
    rows: dict[str, list[Row]] = {stream["stream"]["name"]: [] for stream in configured}
    states: dict[str, AirbyteStateMessage] = {}
    statuses: dict[str, str] = {}
    errors = []
    for message in messages:
        if message.record:
            rows[message.record.stream].append(dict(message.record.data))
        elif message.type is Type.STATE and message.state and message.state.stream:
            states[message.state.stream.stream_descriptor.name] = message.state
        elif message.trace and message.trace.stream_status:
            status = message.trace.stream_status
            statuses[status.stream_descriptor.name] = status.status.value
        elif message.trace and message.trace.error:
            errors.append(str(message.trace.error.message))
    existing = {name: _existing(message) for name, message in states.items()}
    return Sync(rows, list(states.values()), statuses, errors, failure, existing)


def _existing(message: AirbyteStateMessage) -> dict[str, Any]:
    assert message.stream and message.stream.stream_state
    entries = vars(message.stream.stream_state).get("states", ())
    return {entry["partition"]["company_id"]: entry.get("existing") for entry in entries}


def created(number: int, begin: int = 0, on: str = "2026-01-05T09:00:00.000Z", **members: Any) -> list[Row]:
    """Rows of one day."""
    dates = {"creationDate": on, "modificationDate": None}
    return [{"id": f"row-{begin + index:04d}", **dates, **members} for index in range(number)]
