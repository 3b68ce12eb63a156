"""Streams that are planned, whatever they are called: what the commands make of answers without a verdict."""

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, Status
from airbyte_cdk.utils import AirbyteTracedException

from sage_active.http.retry_policy import RetryPolicy
from sage_active.markets import DIRECT, MAESN
from sage_active.resources.capabilities import is_planned
from sage_active.resources.resource import CREATE, READ, Cell, MaesnResource, Resource
from sage_active.resources.table import RESOURCES, offered
from source_sage_active.source import SourceSageActive
from source_sage_active.streams import COMPANIES
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply
from unit_tests.maesn.test_planned import NO_ANSWER, ROWS
from unit_tests.odd_servers import CREDENTIALS, catalog, lines

pytestmark = pytest.mark.slow

QUICK: Final = RetryPolicy(connect=2, read=1.5, answer=1.5, tries=0.2, first_pause=0.01, longest_pause=0.05)
ROOT: Final = Path(__file__).parents[2]
LOGGER: Final = logging.getLogger("airbyte")
READY: Final = Resource(
    name="parties", maesn=MaesnResource(path="parties", record="Contact"), built=frozenset({(MAESN, READ)})
)
SOON: Final = Resource(
    name="unicorns",
    maesn=MaesnResource(path="unicorns", record="Contact"),
    cells={(MAESN, READ): Cell.PLANNED},
    built=frozenset({(MAESN, READ)}),
)
ANSWERS: Final = {
    "absent": json_reply({}, 404),
    "refused": json_reply({}, 405),
    "not implemented": json_reply({}, 501),
    "400 twice": json_reply({}, 400),
}


def api(reply: Callable[[str], Reply] | Reply, companies: int = 2) -> Callable[[ReceivedRequest], Reply]:
    """Maesn with companies c0, c1 ...; `reply`: what the planned list answers in a company."""

    def answer(request: ReceivedRequest) -> Reply:
        path = request.path.partition("?")[0]
        if path == "/auth/companies":
            listed = [{"id": f"c{number}", "name": f"N{number}", "environmentId": "e"} for number in range(companies)]
            return json_reply({"data": listed})
        if path != "/accounting/unicorns":
            return json_reply(ROWS)
        return reply if isinstance(reply, Reply) else reply(request.parameters["companyId"])

    return answer


class Run:
    """A read of both streams, whatever it ends with."""

    def __init__(self, loopback: Loopback, **options: Any) -> None:
        source = SourceSageActive(resources=[READY, SOON], retry_policy=QUICK)
        self.messages: list[AirbyteMessage] = []
        self.failed = False
        try:
            for message in source.read_pages(configuration(loopback, **options), catalog("parties", "unicorns")):
                self.messages.append(message)
        except AirbyteTracedException:
            self.failed = True

    @property
    def rows(self) -> dict[str, int]:
        """How many records each stream has."""
        delivered = lines(self.messages)
        return {name: sum(f'"{name}"'.encode() in line for line in delivered) for name in ("parties", "unicorns")}

    @property
    def statuses(self) -> dict[str, str]:
        """The last status of each stream."""
        traces = [AirbyteMessageSerializer.dump(message)["trace"] for message in self.messages if message.trace]
        found = [trace["stream_status"] for trace in traces if trace["type"] == "STREAM_STATUS"]
        return {status["stream_descriptor"]["name"]: status["status"] for status in found}

    @property
    def errors(self) -> list[str]:
        """What is said of the streams that fail."""
        return [message.trace.error.message for message in self.messages if message.trace and message.trace.error]

    @property
    def state(self) -> Mapping[str, Any]:
        """The companies in the planned stream's last state, with their cursors."""
        states = [message.state.stream for message in self.messages if message.state and message.state.stream]
        found = [one for one in states if one.stream_descriptor.name == "unicorns"]
        entries = vars(found[-1].stream_state)["states"] if found else []
        return {entry["partition"]["company_id"]: entry["cursor"]["updated_at"] for entry in entries}


def configuration(loopback: Loopback, **options: Any) -> dict[str, Any]:
    return {"credentials": CREDENTIALS["maesn"], "sandbox_url": loopback.url, **options}


@pytest.fixture
def quick_check(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a check waits for is not waited for here."""
    monkeypatch.setattr("source_sage_active.source.INTERACTIVE_RETRIES", QUICK)
    yield


@pytest.mark.parametrize("reply", NO_ANSWER.values(), ids=NO_ANSWER)
def test_without_a_verdict_the_stream_is_incomplete(loopback: Loopback, reply: Reply) -> None:
    loopback.script(api(reply, companies=1))
    run = Run(loopback, planned_objects="try")
    assert run.failed
    assert run.statuses == {"parties": "COMPLETE", "unicorns": "INCOMPLETE"}
    assert run.rows == {"parties": 1, "unicorns": 0}
    assert run.state == {}
    assert any("Company 'N0' (c0), asked whether `unicorns` is offered yet: " in error for error in run.errors)


@pytest.mark.usefixtures("quick_check")
@pytest.mark.parametrize("reply", NO_ANSWER.values(), ids=NO_ANSWER)
def test_check_says_that_there_is_no_verdict(
    loopback: Loopback, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    loopback.script(api(reply))
    with caplog.at_level(logging.WARNING):
        outcome = SourceSageActive(resources=[READY, SOON]).check(LOGGER, configuration(loopback))
    assert outcome.status is Status.SUCCEEDED
    assert "Planned through Maesn, asked for in Company 'N0' (c0): unicorns (no verdict)." in (outcome.message or "")
    assert "Stream unicorns: Company 'N0' (c0), asked whether `unicorns` is offered yet: " in caplog.text
    assert sum(request.path.startswith("/accounting/unicorns") for request in loopback.requests) == 1


@pytest.mark.parametrize("reply", ANSWERS.values(), ids=ANSWERS)
def test_what_is_not_offered_is_refused_once_for_all_companies(loopback: Loopback, reply: Reply) -> None:
    loopback.script(api(reply))
    run = Run(loopback)
    assert run.failed
    assert run.statuses == {"parties": "COMPLETE", "unicorns": "INCOMPLETE"}
    cause = f"`unicorns` is planned through Maesn and not offered yet (HTTP {reply.status} in 'N0' (c0), 'N1' (c1))."
    assert [error.partition(" Nothing")[0] for error in run.errors][:1] == [cause]
    assert "`planned_objects` to `try`" in run.errors[0]


@pytest.mark.parametrize("reply", ANSWERS.values(), ids=ANSWERS)
def test_what_is_not_offered_can_be_tried(loopback: Loopback, reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    loopback.script(api(reply))
    with caplog.at_level(logging.WARNING):
        run = Run(loopback, planned_objects="try")
    assert not run.failed
    assert run.statuses == {"parties": "COMPLETE", "unicorns": "COMPLETE"}
    assert (run.rows, run.state, run.errors) == ({"parties": 2, "unicorns": 0}, {}, [])
    assert f"not offered yet (HTTP {reply.status} in 'N0' (c0), 'N1' (c1))" in caplog.text


def test_each_company_has_a_verdict_of_its_own(loopback: Loopback) -> None:
    replies = {"c0": json_reply({}, 404), "c1": json_reply(ROWS), "c2": json_reply({}, 403)}
    replies["c3"] = json_reply({"meta": {"pagination": {"total": 0}}, "data": []})
    loopback.script(api(lambda company: replies[company], companies=4))
    run = Run(loopback, planned_objects="try")
    assert run.statuses == {"parties": "COMPLETE", "unicorns": "INCOMPLETE"}
    assert run.rows == {"parties": 4, "unicorns": 1}
    assert list(run.state) == ["c1"]
    assert any("Company 'N2' (c2)" in error for error in run.errors)


def test_a_company_that_cannot_be_used_still_fails_by_name(loopback: Loopback) -> None:
    loopback.script(api(json_reply(ROWS)))
    run = Run(loopback, companies=[{"company_id": "c0"}, {"company_id": "gone"}])
    assert run.statuses["unicorns"] == "INCOMPLETE"
    assert run.rows == {"parties": 1, "unicorns": 1}


def test_nothing_is_kept_between_runs(loopback: Loopback) -> None:
    source = SourceSageActive(resources=[SOON], retry_policy=QUICK)
    config = configuration(loopback, planned_objects="try")
    for reply, rows in ((json_reply({}, 404), 0), (json_reply(ROWS), 2), (json_reply({}, 404), 0)):
        loopback.script(api(reply))
        assert len(lines(list(source.read_pages(config, catalog("unicorns"))))) == rows


# --- the table ---


def test_what_is_planned_is_read_only_and_suggested_for_no_other_reason_than_the_direct_connection() -> None:
    planned_resources = [resource for resource in RESOURCES if is_planned(resource, MAESN)]
    assert [resource.maesn.path for resource in planned_resources if resource.maesn]
    assert {resource.name for resource in planned_resources} < {resource.name for resource in offered(MAESN)}
    for resource in planned_resources:
        assert resource not in offered(MAESN, CREATE)
        assert not resource.suggested or (DIRECT, READ) in resource.built
    assert not any(is_planned(resource, DIRECT) for resource in RESOURCES)


def test_acceptance_tests_leave_out_what_is_planned() -> None:
    settings = yaml.safe_load((ROOT / "acceptance-test-config.yml").read_text(encoding="utf-8"))
    (through_maesn,) = [
        scenario for scenario in settings["acceptance_tests"]["basic_read"]["tests"] if MAESN in scenario["config_path"]
    ]
    planned_resources = [resource.name for resource in RESOURCES if is_planned(resource, MAESN)]
    assert {stream["name"] for stream in through_maesn["empty_streams"]} == set(planned_resources)


def test_discover_describes_what_is_planned() -> None:
    config = {"credentials": CREDENTIALS["maesn"], "sandbox_url": "http://127.0.0.1:9"}
    found = SourceSageActive().discover(LOGGER, config).streams
    planned_resources = {resource.name for resource in RESOURCES if is_planned(resource, MAESN)}
    described = {stream.name for stream in found if "lanned by Maesn" in stream.json_schema.get("description", "")}
    assert described == planned_resources
    assert COMPANIES not in described
