"""Creates through Maesn against a scripted list: what is sent, what answers mean, what is found again."""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from sage_active.limits import MOST_WARNINGS
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.writing import MaesnWriter
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Command, Done, Operation, Refused, Reply, Unknown
from unit_tests.destination.command import Command as Program
from unit_tests.destination.command import catalog_of, record_line, state_line
from unit_tests.loopback import Loopback, ReceivedRequest, json_reply
from unit_tests.loopback import Reply as HttpReply

pytestmark = pytest.mark.slow

QUICK = RetryPolicy(connect=1, read=1, answer=1, tries=0.5, first_pause=0.01, longest_pause=0.05)
COMPANY = Company("c1", "Muster GmbH", "DE", "active", True, "env-1")
CUSTOMERS, ITEMS, INVOICES = (RESOURCE_BY_NAME[name] for name in ("customers", "items", "invoices"))
CUSTOMER = {"number": "10001", "companyName": "Muster GmbH", "contactType": "COMPANY"}
PERSON = {"firstName": "Erika", "lastName": "Muster", "emailAddresses": [{"email": "e@example.com", "type": "OFFICE"}]}


@dataclass
class Shelf:
    """One list in memory behind the scripted server, and everything that may be odd about it.

    `hidden`: members that neither list nor answer shows; `answer_hides`: that only the answer to a create leaves out;
    `list_hides`: that only the list leaves out; `lists_late`: after how many requests the list has what was created;
    `filters`: query parameters that the list honours; `refused_filters`: that it refuses; `knows_changes`: whether it
    honours `lastModifiedAt`.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    key: str = "id"
    hidden: frozenset[str] = frozenset()
    answer_hides: frozenset[str] = frozenset()
    list_hides: frozenset[str] = frozenset()
    lists_late: int = 0
    filters: frozenset[str] = frozenset()
    refused_filters: frozenset[str] = frozenset()
    lists_nothing_new: bool = False
    knows_changes: bool = False
    warnings: list[str] | None = None
    requests: list[ReceivedRequest] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: ReceivedRequest) -> HttpReply:
        with self.lock:
            self.requests.append(request)
            return self.created(request) if request.method == "POST" else self.page(request.parameters)

    def created(self, request: ReceivedRequest) -> HttpReply:
        """Keeps the record."""
        row = {self.key: f"r{len(self.rows) + 1}", **json.loads(request.body)}
        if not self.lists_nothing_new:
            self.rows.append(row)
        return json_reply({"meta": {"warnings": self.warnings}, "data": self.visible(row, self.answer_hides)}, 201)

    def page(self, parameters: Mapping[str, str]) -> HttpReply:
        """A page of the list."""
        if any(name in parameters for name in self.refused_filters):
            return json_reply({"errors": {"message": "unknown parameter"}}, 400)
        chosen = {name: parameters[name] for name in self.filters if name in parameters}
        found = [row for row in self.rows if all(row.get(name) == value for name, value in chosen.items())]
        if self.knows_changes:
            found = [row for row in found if row["updatedDate"] >= parameters.get("lastModifiedAt", "")]
        if self.lists_late and found:
            self.lists_late, found = self.lists_late - 1, []
        number, limit = int(parameters["page"]), int(parameters["limit"])
        pagination = {"total": len(found), "totalPages": -(-len(found) // limit)}
        page_rows = [self.visible(row, self.list_hides) for row in found[(number - 1) * limit : number * limit]]
        return json_reply({"meta": {"pagination": pagination}, "data": page_rows})

    def visible(self, row: Mapping[str, Any], hidden: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The row without what is hidden."""
        return {name: None if name in self.hidden | hidden else value for name, value in row.items()}

    def posts(self) -> list[Any]:
        """The bodies of the creates so far."""
        return [json.loads(request.body) for request in self.requests if request.method == "POST"]

    def lists(self) -> list[dict[str, str]]:
        """The parameters of the lists that were asked for, but for those of every call."""
        usual = {"companyId", "environmentName", "limit", "page"}
        return [
            {name: value for name, value in request.parameters.items() if name not in usual}
            for request in self.requests
            if request.method == "GET"
        ]


@pytest.fixture
def shelf(loopback: Loopback) -> Shelf:
    """An empty list behind the server."""
    shelf = Shelf()
    loopback.script(shelf)
    return shelf


def writer_for(loopback: Loopback, document_key: str | None = "reference") -> MaesnWriter:
    """A writer for the scripted server."""
    credentials = {
        "auth_type": "maesn",
        "target_system": "sage-active-de",
        "api_key": "the-api-key",
        "account_key": "the-account-key",
    }
    config = ConnectionConfig.model_validate({"credentials": credentials, "sandbox_url": loopback.url})
    client = MaesnClient(config, user_agent="unit/1", retry_policy=QUICK)
    return MaesnWriter(client, parallel=4, document_key=document_key)


@pytest.fixture
def writer(loopback: Loopback) -> Iterator[MaesnWriter]:
    """A writer that is closed afterwards."""
    writer = writer_for(loopback)
    yield writer
    writer.close()


def create(writer: MaesnWriter, content: Mapping[str, Any], resource: Resource = CUSTOMERS) -> Reply:
    """The reply to one create."""
    (reply,) = writer.send(COMPANY, [Command(Operation.CREATE, resource, content)])
    return reply


def numbers(writer: MaesnWriter, *values: str, fresh: bool = False) -> list[str]:
    """The ids of the customers with these numbers."""
    return [str(row["id"]) for row in writer.find(CUSTOMERS, COMPANY, "number", values, fresh=fresh)]


# --- what is sent ---


def test_a_create_names_company_and_keys_and_is_sent_once(shelf: Shelf, writer: MaesnWriter) -> None:
    assert create(writer, {**CUSTOMER, "vatId": None}) == Done("r1")
    (request,) = shelf.requests
    assert (request.method, urlsplit(request.path).path) == ("POST", "/accounting/customers")
    assert request.parameters == {"companyId": "c1", "environmentName": "env-1"}
    assert request.headers["content-type"] == "application/json"
    assert (request.headers["x-api-key"], request.headers["x-account-key"]) == ("the-api-key", "the-account-key")
    assert json.loads(request.body) == CUSTOMER


def test_numbers_are_sent_exactly(shelf: Shelf, writer: MaesnWriter) -> None:
    from decimal import Decimal

    create(writer, {"itemNumber": "A", "unitSalesPrice": Decimal("19.990000")}, ITEMS)
    assert b'"unitSalesPrice":19.990000' in shelf.requests[0].body


@pytest.mark.parametrize("operation", [operation for operation in Operation if operation is not Operation.CREATE])
def test_nothing_but_creates_is_sent(shelf: Shelf, writer: MaesnWriter, operation: Operation) -> None:
    with pytest.raises(SageActiveError, match="does not update `customers`"):
        writer.send(COMPANY, [Command(operation, CUSTOMERS, {"id": "r1"})])
    assert shelf.requests == []


def test_maesn_tells_neither_rights_nor_journals(shelf: Shelf, writer: MaesnWriter) -> None:
    assert writer.missing_rights(COMPANY, {CUSTOMERS: [Operation.CREATE]}) == ((), False)
    assert writer.journals(COMPANY, "SALES_INVOICE") == {}
    assert shelf.requests == []


# --- what the answers mean ---


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (json_reply({}, 500), "server-error"),
        (json_reply({}, 503, headers={"Retry-After": "0"}), "server-error"),
        (json_reply({}, 408), "unexpected"),
        (HttpReply(reset=True), "unreachable"),
        (HttpReply(stall=2.0), "unreachable"),
        (HttpReply(201, b'{"data":{"id":"r1"', missing_bytes=5), "unreachable"),
        (HttpReply(201, b'{"data":{"id":"r'), "cut-short"),
        (HttpReply(201, b"<html>"), "cut-short"),
        (json_reply({"data": None}, 201), "contradiction"),
        (json_reply({"data": []}, 201), "contradiction"),
        (json_reply({"taskId": "t"}, 202), "contradiction"),
        (json_reply({"data": {"id": None}}, 201), "contradiction"),
    ],
    ids=str,
)
def test_nobody_knows_and_nothing_is_sent_again(
    loopback: Loopback, writer: MaesnWriter, answer: HttpReply, fault: str
) -> None:
    loopback.script(answer)
    reply = create(writer, CUSTOMER)
    assert isinstance(reply, Unknown)
    assert reply.error.fault.name == fault
    assert len(loopback.requests) == 1


def test_too_many_requests_is_waited_for(loopback: Loopback, writer: MaesnWriter) -> None:
    loopback.script(json_reply({}, 429), json_reply({}, 429), json_reply({"data": {"id": "r1"}}, 201))
    assert create(writer, CUSTOMER) == Done("r1")
    assert len(loopback.requests) == 3


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, "maesn-key-refused"),
        (403, "maesn-key-refused"),
        (404, "object-not-offered"),
        (405, "object-not-offered"),
        (429, "rate-limited"),
        (302, "redirected"),
    ],
)
def test_what_concerns_no_single_record_is_raised(
    loopback: Loopback, writer: MaesnWriter, status: int, fault: str
) -> None:
    loopback.script(json_reply({"errors": {"message": "no"}}, status))
    with pytest.raises(SageActiveError) as raised:
        create(writer, CUSTOMER)
    assert raised.value.fault.name == fault


def test_not_found_may_be_about_what_the_record_refers_to(loopback: Loopback, writer: MaesnWriter) -> None:
    loopback.script(json_reply({"errors": {"message": "no such contactId"}}, 404))
    reply = create(writer, {"reference": "R", "contactId": "x", "lineItems": [{"quantity": 1}]}, INVOICES)
    assert isinstance(reply, Refused)
    assert reply.field == "contactId"


@pytest.mark.parametrize(
    ("body", "field_name"),
    [
        (
            {"errors": {"validationErrors": [{"field": "companyName", "message": "Muster GmbH is taken"}]}},
            "companyName",
        ),
        ({"validationErrors": [{"property": "addresses[0].city", "constraint": "no"}]}, "addresses[0].city"),
        ({"errors": {"message": "`number` exists already"}}, "number"),
        ({"errors": [{"detail": "a rule was broken"}]}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
    ids=str,
)
def test_a_refusal_names_the_member_and_no_value(
    loopback: Loopback, writer: MaesnWriter, body: Any, field_name: str | None
) -> None:
    loopback.script(json_reply(body, 400))
    reply = create(writer, CUSTOMER)
    assert isinstance(reply, Refused)
    assert reply.field == field_name
    assert reply.error.fault.name == "record-refused"
    assert "Muster" not in str(reply.error)
    assert len(loopback.requests) == 1


def test_a_refusal_without_json_is_reported_with_its_text(loopback: Loopback, writer: MaesnWriter) -> None:
    loopback.script(HttpReply(422, b"Muster GmbH, 10001: broken \xff."))
    reply = create(writer, CUSTOMER)
    assert isinstance(reply, Refused)
    assert "HTTP 422" in str(reply.error)
    assert "broken" in str(reply.error)
    assert "Muster" not in str(reply.error)
    assert "10001" not in str(reply.error)


@pytest.mark.parametrize("length", [270, 290, 299])
def test_a_refusal_shows_no_part_of_a_key(loopback: Loopback, writer: MaesnWriter, length: int) -> None:
    secret = f"canary-10001-{'of-the-refusal' * 2}"
    add_to_secrets(secret)
    loopback.script(json_reply({"message": f"{'x' * length}{secret}"}, 400))
    reply = create(writer, CUSTOMER)
    assert isinstance(reply, Refused)
    assert "xxx" in str(reply.error)
    # The record's number is a part of the key.
    assert not [part for part in ("can", "of-the") if part in str(reply.error)]


# --- contact persons ---


def refusing(shelf: Shelf, *kinds: type) -> Any:
    """The shelf, refusing contact persons whose channels are of these types."""

    def answer(request: ReceivedRequest) -> HttpReply:
        content = json.loads(request.body) if request.method == "POST" else {}
        for person in content.get("contactPersons", ()):
            if any(isinstance(address, kinds) for address in person["emailAddresses"]):
                shelf.requests.append(request)
                return json_reply({"errors": {"message": f"emailAddresses: not {kinds[0].__name__}"}}, 400)
        return shelf(request)

    return answer


def test_the_form_of_contact_persons_is_learnt_once(loopback: Loopback, shelf: Shelf, writer: MaesnWriter) -> None:
    loopback.script(refusing(shelf, str))
    assert create(writer, {**CUSTOMER, "contactPersons": [PERSON]}) == Done("r1")
    assert create(writer, {**CUSTOMER, "number": "2", "contactPersons": [PERSON]}) == Done("r2")
    emails = [body["contactPersons"][0]["emailAddresses"] for body in shelf.posts()]
    assert emails == [["e@example.com"], PERSON["emailAddresses"], PERSON["emailAddresses"]]


def test_the_contract_comes_first_and_stays_when_it_works(
    loopback: Loopback, shelf: Shelf, writer: MaesnWriter
) -> None:
    assert create(writer, {**CUSTOMER, "contactPersons": [PERSON]}) == Done("r1")
    loopback.script(json_reply({"errors": {"message": "emailAddresses"}}, 400))
    assert isinstance(create(writer, {**CUSTOMER, "number": "2", "contactPersons": [PERSON]}), Refused)
    assert len(loopback.requests) == 1


def test_a_record_that_both_forms_refuse_is_refused_in_the_words_of_the_contract(
    loopback: Loopback, shelf: Shelf, writer: MaesnWriter
) -> None:
    loopback.script(refusing(shelf, str, dict))
    reply = create(writer, {**CUSTOMER, "contactPersons": [PERSON]})
    assert isinstance(reply, Refused)
    assert reply.field == "emailAddresses"
    assert len(shelf.posts()) == 2
    # Nothing was learnt: the next one begins with the contract's form again.
    loopback.script(shelf)
    assert isinstance(create(writer, {**CUSTOMER, "contactPersons": [PERSON]}), Done)
    assert shelf.posts()[-1]["contactPersons"][0]["emailAddresses"] == ["e@example.com"]


def test_a_lost_answer_is_not_a_reason_for_the_other_form(loopback: Loopback, writer: MaesnWriter) -> None:
    loopback.script(json_reply({}, 500))
    assert isinstance(create(writer, {**CUSTOMER, "contactPersons": [PERSON]}), Unknown)
    assert len(loopback.requests) == 1


def test_a_lost_answer_to_the_second_form_is_unknown(loopback: Loopback, writer: MaesnWriter) -> None:
    loopback.script(json_reply({}, 400), HttpReply(reset=True))
    assert isinstance(create(writer, {**CUSTOMER, "contactPersons": [PERSON]}), Unknown)
    assert len(loopback.requests) == 2


# --- warnings ---


def test_warnings_name_the_record_and_no_personal_data(
    shelf: Shelf, writer: MaesnWriter, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.warnings = ["projectId of Muster GmbH is not used"]
    accounts = [{"iban": "DE02120300000000202051"}, {"iban": "DE02500105170137075030"}]
    with caplog.at_level(logging.WARNING, "airbyte"):
        create(writer, {**CUSTOMER, "bankAccounts": accounts})
    assert "record 10001: none of 2 bank accounts was sent" in caplog.text
    assert "record 10001: projectId of … is not used" in caplog.text
    assert "Muster" not in caplog.text
    assert "DE02" not in caplog.text


def test_a_record_with_personal_keys_only_is_named_by_its_id(
    shelf: Shelf, writer: MaesnWriter, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.warnings = ["role is not used"]
    with caplog.at_level(logging.WARNING, "airbyte"):
        create(writer, {"vatId": "DE123456789", "contactType": "COMPANY"})
    assert "record r1: role is not used" in caplog.text
    assert "DE123456789" not in caplog.text


def test_warnings_come_to_an_end(shelf: Shelf, writer: MaesnWriter, caplog: pytest.LogCaptureFixture) -> None:
    shelf.warnings = ["role is not used"] * (MOST_WARNINGS + 5)
    with caplog.at_level(logging.WARNING, "airbyte"):
        create(writer, CUSTOMER)
    assert caplog.text.count("role is not used") == MOST_WARNINGS
    assert caplog.text.count("further warnings are not shown") == 1


# --- what is found ---


def test_the_list_is_read_once(shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.rows = [{"id": f"i{number}", "number": str(number), "vatId": f"V{number}"} for number in range(250)]
    assert numbers(writer, "7", "249", "250") == ["i249", "i7"]
    assert [row["id"] for row in writer.find(CUSTOMERS, COMPANY, "vatId", ["V8"])] == ["i8"]
    assert [row["number"] for row in writer.find(CUSTOMERS, COMPANY, "id", ["i9"])] == ["9"]
    assert len(shelf.lists()) == 3
    assert create(writer, CUSTOMER) == Done("r251")
    assert numbers(writer, "10001") == ["r251"]
    assert len(shelf.lists()) == 3


def test_rows_are_exact_and_without_what_is_unknown(loopback: Loopback, writer: MaesnWriter) -> None:
    from decimal import Decimal

    row = (
        b'{"invoiceId":"1","reference":"R","name":null,"addresses":[],"totalAmount":19.990000,'
        b'"lineItems":[{"quantity":2,"dimensions":[]}]}'
    )
    loopback.script(HttpReply(200, b'{"data":[' + row + b"]}"))
    (found,) = writer.find(INVOICES, COMPANY, "reference", ["R"])
    assert found == {
        "invoiceId": "1",
        "reference": "R",
        "totalAmount": Decimal("19.990000"),
        "lineItems": [{"quantity": 2}],
    }
    assert str(found["totalAmount"]) == "19.990000"


def test_references_are_looked_up_in_the_index(shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.rows = [{"id": "a", "number": "1"}, {"id": "b", "number": "2"}]
    model = {field.name: field for field in writer.model(INVOICES).fields}
    reference = model["contactId"].reference
    assert reference
    found = writer.resolve(COMPANY, reference, [("2",), ("3",)])
    assert {key: resolved.id for key, resolved in found.items()} == {("2",): "b"}
    assert urlsplit(shelf.requests[0].path).path == "/accounting/customers"


def test_each_company_has_its_own_index(shelf: Shelf, writer: MaesnWriter) -> None:
    create(writer, CUSTOMER)
    shelf.rows.clear()
    other = Company("c2", "Andere GmbH", "DE", None, True, "env-2")
    assert list(writer.find(CUSTOMERS, other, "number", ["10001"])) == []
    assert numbers(writer, "10001") == ["r1"]


def test_a_proved_filter_finds_what_others_did(shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.filters = frozenset({"number"})
    shelf.rows = [{"id": "a", "number": "1"}, {"id": "b", "number": "2"}]
    assert numbers(writer, "3") == []
    shelf.rows.append({"id": "c", "number": "3"})
    assert numbers(writer, "3") == []
    assert numbers(writer, "3", "4", fresh=True) == ["c"]
    assert numbers(writer, "3") == ["c"]
    # One list, one proof, and one request for each value.
    assert shelf.lists() == [{}, {"number": "1"}, {"number": "3"}, {"number": "4"}]


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_filter_that_is_refused_or_ignored_is_not_trusted(
    shelf: Shelf, writer: MaesnWriter, is_refused: bool
) -> None:
    shelf.refused_filters = frozenset({"number"}) if is_refused else frozenset()
    shelf.rows = [{"id": "a", "number": "1"}, {"id": "b", "number": "2"}]
    assert numbers(writer, "3", fresh=True) == []
    shelf.rows.append({"id": "c", "number": "3"})
    assert numbers(writer, "3", fresh=True) == ["c"]
    assert shelf.lists().count({"number": "1"}) == 1
    assert {} in shelf.lists()[2:]


def test_a_filter_that_is_no_longer_honoured_is_given_up(shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.filters = frozenset({"number"})
    shelf.rows = [{"id": "a", "number": "1"}, {"id": "b", "number": "2"}, *({"id": f"x{i}"} for i in range(100))]
    assert numbers(writer, "3", fresh=True) == []
    shelf.filters = frozenset()
    shelf.rows.append({"id": "c", "number": "3"})
    assert numbers(writer, "3", fresh=True) == ["c"]


def test_changes_are_not_asked_for_again_where_dates_are_not_to_be_trusted(shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.rows = [{"id": "a", "vatId": "A"}]
    for _ in range(3):
        assert list(writer.find(CUSTOMERS, COMPANY, "vatId", ["B"], fresh=True)) == []
    shelf.requests.clear()
    assert list(writer.find(CUSTOMERS, COMPANY, "vatId", ["B"], fresh=True)) == []
    assert shelf.lists() == [{}]


def test_a_filter_that_never_finds_anything_is_not_trusted(
    loopback: Loopback, shelf: Shelf, writer: MaesnWriter
) -> None:
    def deaf(request: ReceivedRequest) -> HttpReply:
        return json_reply({"data": []}) if "number" in request.parameters else shelf(request)

    loopback.script(deaf)
    shelf.rows = [{"id": "a", "number": "1"}, {"id": "b", "number": "2"}]
    assert numbers(writer, "1") == ["a"]
    shelf.rows.append({"id": "c", "number": "3"})
    assert numbers(writer, "3", fresh=True) == ["c"]


def test_what_others_delete_is_gone_after_a_fresh_reading(shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.rows = [{"id": "a", "vatId": "A"}, {"id": "b", "vatId": "B"}]
    assert list(writer.find(CUSTOMERS, COMPANY, "vatId", ["A"]))
    del shelf.rows[0]
    assert list(writer.find(CUSTOMERS, COMPANY, "vatId", ["A"]))
    assert list(writer.find(CUSTOMERS, COMPANY, "vatId", ["A"], fresh=True)) == []


def test_only_changes_are_read_again_where_dates_are_trusted(shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.knows_changes = True
    shelf.rows = [
        {"id": f"i{number}", "vatId": f"V{number}", "updatedDate": "2020-01-01T00:00:00Z"} for number in range(250)
    ]
    assert list(writer.find(CUSTOMERS, COMPANY, "vatId", ["NEW"])) == []
    for number in range(2):
        shelf.rows.append({"id": f"n{number}", "vatId": f"NEW{number}", "updatedDate": "2099-01-01T00:00:00Z"})
        before = len(shelf.lists())
        (row,) = writer.find(CUSTOMERS, COMPANY, "vatId", [f"NEW{number}"], fresh=True)
        assert row["id"] == f"n{number}"
        # Two requests that try the filter, and one page.
        probe, long_ago, page = shelf.lists()[before:]
        assert (probe, long_ago) == ({}, {"lastModifiedAt": "1970-01-01T00:00:00Z"})
        assert page["lastModifiedAt"] > "2026"
    assert [row["id"] for row in writer.find(CUSTOMERS, COMPANY, "vatId", ["V3"])] == ["i3"]


def test_threads_that_ask_at_once_share_a_reading(loopback: Loopback, shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.rows = [{"id": "a", "vatId": "A"}]
    inside, go_on = threading.Event(), threading.Event()

    def held(request: ReceivedRequest) -> HttpReply:
        inside.set()
        go_on.wait(5)
        return shelf(request)

    loopback.script(held)
    ask = [threading.Thread(target=writer.find, args=(CUSTOMERS, COMPANY, "vatId", ["A"])) for _ in range(4)]
    for thread in ask:
        thread.start()
    assert inside.wait(5)
    go_on.set()
    for thread in ask:
        thread.join(5)
    assert len(shelf.lists()) == 1


def test_a_reading_waits_for_creates_and_creates_for_a_reading(
    loopback: Loopback, shelf: Shelf, writer: MaesnWriter
) -> None:
    events: list[str] = []
    inside, go_on = threading.Event(), threading.Event()

    def watched(request: ReceivedRequest) -> HttpReply:
        if request.method == "POST":
            inside.set()
            go_on.wait(5)
        answer = shelf(request)
        events.append(request.method)
        return answer

    loopback.script(watched)
    creating = threading.Thread(target=create, args=(writer, CUSTOMER))
    creating.start()
    assert inside.wait(5)
    reading = threading.Thread(target=numbers, args=(writer, "10001"))
    reading.start()
    reading.join(0.3)
    assert reading.is_alive()
    assert events == []
    go_on.set()
    creating.join(5)
    reading.join(5)
    assert events == ["POST", "GET"]


# --- whether what is created will be found again ---

INVOICE = {"reference": "R-1", "invoiceDate": "2026-01-31", "lineItems": [{"quantity": 1}]}


@pytest.fixture
def invoices(shelf: Shelf) -> Shelf:
    """The shelf as a list of invoices."""
    shelf.key = "invoiceId"
    return shelf


def test_a_key_that_is_never_shown_again_stops_the_stream_after_one_record(
    invoices: Shelf, writer: MaesnWriter
) -> None:
    invoices.hidden = frozenset({"reference"})
    assert list(writer.find(INVOICES, COMPANY, "reference", ["R-1", "R-2"])) == []
    assert create(writer, INVOICE, INVOICES) == Done("r1")
    for _ in range(2):
        with pytest.raises(SageActiveError, match=r"does not give back `reference` of invoices.*another key"):
            create(writer, {**INVOICE, "reference": "R-2"}, INVOICES)
    assert len(invoices.posts()) == 1
    # Within this sync it is still known.
    (row,) = writer.find(INVOICES, COMPANY, "reference", ["R-1"])
    assert (row["invoiceId"], row["reference"]) == ("r1", "R-1")


def test_a_key_that_only_the_answer_leaves_out_is_good(invoices: Shelf, writer: MaesnWriter) -> None:
    invoices.answer_hides = frozenset({"reference"})
    assert list(writer.find(INVOICES, COMPANY, "reference", ["R-0"])) == []
    for number in range(3):
        assert create(writer, {**INVOICE, "reference": f"R-{number}"}, INVOICES) == Done(f"r{number + 1}")
    # One list to begin with; two requests that try the filter of changes, and one list that settles the doubt.
    assert len(invoices.lists()) == 4


@pytest.mark.slow
def test_a_list_that_never_shows_what_was_created_stops_the_stream(invoices: Shelf, writer: MaesnWriter) -> None:
    invoices.hidden, invoices.lists_nothing_new = frozenset({"reference"}), True
    assert list(writer.find(INVOICES, COMPANY, "reference", ["R-0"])) == []
    with pytest.raises(SageActiveError, match="does not list what it has just created of invoices"):
        for number in range(20):
            create(writer, {**INVOICE, "reference": f"R-{number}"}, INVOICES)
    assert len(invoices.posts()) == 5


@pytest.mark.parametrize("echoes", [True, False], ids=["answer-shows-it", "answer-hides-it"])
def test_one_created_record_is_looked_for_before_the_state_leaves(
    invoices: Shelf, writer: MaesnWriter, echoes: bool
) -> None:
    """What the answer repeats is not a proof: the next sync will have the list alone."""
    invoices.list_hides, invoices.answer_hides = frozenset({"reference"}), frozenset(() if echoes else {"reference"})
    assert list(writer.find(INVOICES, COMPANY, "reference", ["R-1"])) == []
    assert create(writer, INVOICE, INVOICES) == Done("r1")
    for _ in range(2):
        with pytest.raises(SageActiveError, match=r"does not give back `reference`.*create them once more"):
            writer.confirm()


def test_a_key_that_only_the_answer_shows_stops_the_stream_after_one_record(
    invoices: Shelf, writer: MaesnWriter
) -> None:
    invoices.list_hides = frozenset({"reference"})
    assert list(writer.find(INVOICES, COMPANY, "reference", ["R-1", "R-2"])) == []
    assert create(writer, INVOICE, INVOICES) == Done("r1")
    with pytest.raises(SageActiveError, match="does not give back"):
        create(writer, {**INVOICE, "reference": "R-2"}, INVOICES)
    assert len(invoices.posts()) == 1


def test_the_list_is_asked_once_for_what_was_created(invoices: Shelf, writer: MaesnWriter) -> None:
    assert list(writer.find(INVOICES, COMPANY, "reference", ["R-0"])) == []
    for number in range(3):
        create(writer, {**INVOICE, "reference": f"R-{number}"}, INVOICES)
        writer.confirm()
    # One list to begin with; two requests that try the filter of changes, and one list that is the proof.
    assert len(invoices.lists()) == 4


def test_what_an_earlier_sync_created_is_proof_enough(invoices: Shelf, writer: MaesnWriter) -> None:
    invoices.rows = [{"invoiceId": "r0", "reference": "R-0"}]
    found = writer.find(INVOICES, COMPANY, "reference", ["R-0", "R-1", "R-2"])
    assert [row["invoiceId"] for row in found] == ["r0"]
    for number in (1, 2):
        create(writer, {**INVOICE, "reference": f"R-{number}"}, INVOICES)
    writer.confirm()
    assert len(invoices.lists()) == 1


def test_every_key_that_records_are_looked_up_by_is_looked_for(shelf: Shelf, writer: MaesnWriter) -> None:
    shelf.list_hides = frozenset({"vatId"})
    for member in ("number", "vatId"):
        assert list(writer.find(CUSTOMERS, COMPANY, member, ["none"])) == []
    create(writer, CUSTOMER)
    writer.confirm()
    create(writer, {"vatId": "V", "companyName": "Muster GmbH", "contactType": "COMPANY"})
    with pytest.raises(SageActiveError, match="does not give back `vatId` of customers"):
        writer.confirm()


def test_a_list_that_is_a_little_late_is_waited_for(invoices: Shelf, writer: MaesnWriter) -> None:
    assert list(writer.find(INVOICES, COMPANY, "reference", ["R-1"])) == []
    create(writer, INVOICE, INVOICES)
    invoices.lists_late = 4
    writer.confirm()
    writer.confirm()
    assert invoices.lists_late == 0


@pytest.mark.slow
def test_a_list_that_is_never_there_is_waited_for_no_longer_than_some_seconds(
    invoices: Shelf, writer: MaesnWriter
) -> None:
    invoices.lists_nothing_new = True
    assert list(writer.find(INVOICES, COMPANY, "reference", ["R-1"])) == []
    create(writer, INVOICE, INVOICES)
    with pytest.raises(SageActiveError, match=r"does not list what it has just created.*run the sync again"):
        writer.confirm()


def test_the_key_that_records_are_looked_up_by_is_the_one_that_counts(
    loopback: Loopback, invoices: Shelf, writer: MaesnWriter
) -> None:
    invoices.hidden = frozenset({"reference"})
    assert list(writer.find(INVOICES, COMPANY, "invoiceNumber", ["N-0"])) == []
    for number in range(3):
        sent = {**INVOICE, "invoiceNumber": f"N-{number}"}
        assert create(writer, sent, INVOICES) == Done(f"r{number + 1}")
    # One list to begin with; two requests that try the filter of changes, and one list that is the proof.
    assert len(invoices.lists()) == 4


@pytest.mark.parametrize("is_listed", [True, False])
def test_no_state_leaves_before_the_list_has_shown_what_was_created(
    loopback: Loopback, shelf: Shelf, tmp_path: Path, is_listed: bool
) -> None:
    shelf.list_hides = frozenset() if is_listed else frozenset({"number"})

    def answer(request: ReceivedRequest) -> HttpReply:
        if request.path.startswith("/auth/companies"):
            return json_reply({"data": [{"id": "c1", "name": "Muster GmbH", "environmentId": "env-1"}]})
        return shelf(request)

    loopback.script(answer)
    credentials = {"target_system": "sage-active-de", "api_key": "the-api-key", "account_key": "the-account-key"}
    config = {
        "credentials": {"auth_type": "maesn", **credentials},
        "companies": [{"company_id": "c1"}],
        "sandbox_url": loopback.url,
    }
    lines = [record_line("customers", CUSTOMER), state_line("customers", 1)]
    outcome = Program(tmp_path).write(config, catalog_of("customers"), lines)
    assert len(shelf.posts()) == 1
    assert (outcome.code, len(outcome.states)) == ((0, 1) if is_listed else (1, 0))
    if not is_listed:
        (error,) = outcome.errors
        assert "does not give back `number` of customers" in error["message"]
        assert error["failure_type"] == "config_error"
