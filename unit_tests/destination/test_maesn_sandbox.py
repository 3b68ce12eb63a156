"""Creates through Maesn against the sandbox: what is written is found again, whatever happens to the answers."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from destination_sage_active.plan.content.validate import validate
from destination_sage_active.plan.diff import Rules, new, patch
from sage_active.client import Company, ReadRequest
from sage_active.config import ConnectionConfig
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.writing import MaesnWriter
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Command, Done, Operation, Refused, Reply, Unknown
from sage_active_sandbox.sandbox import Sandbox

QUICK = RetryPolicy(connect=2, read=5, answer=5, tries=3, first_pause=0.01, longest_pause=0.05)
# Codes that each market accepts (docs/reference/objects.md, "Third parties") and that the sandbox's own data do not
# use.
CODES = {
    "de": {"customers": "6{:04}", "suppliers": "9{:04}"},
    "es": {"customers": "C{:07}", "suppliers": "P{:07}"},
    "fr": {"customers": "CX{:05}", "suppliers": "FX{:05}"},
}
MARKETS = tuple(CODES)


class Desk:
    """A writer over a sandbox, in one company."""

    def __init__(self, sandbox: Sandbox, market: str = "de") -> None:
        self.sandbox = sandbox
        self.market = market
        config = ConnectionConfig.model_validate(sandbox.configuration("maesn", market))
        self.client = MaesnClient(config, user_agent="unit/1", retry_policy=QUICK)
        self.writer = MaesnWriter(self.client, document_key="reference")
        self.company: Company = next(company for company in self.writer.company_list().companies if company.usable)

    def another_writer(self) -> MaesnWriter:
        """A writer that knows nothing of what the first one did."""
        config = ConnectionConfig.model_validate(self.sandbox.configuration("maesn", self.market))
        return MaesnWriter(MaesnClient(config, user_agent="unit/1", retry_policy=QUICK), document_key="reference")

    def number(self, name: str, serial: int) -> str:
        """A free code."""
        return CODES[self.market][name].format(9000 + serial)

    def contact(self, name: str = "customers", serial: int = 1, **more: Any) -> dict[str, Any]:
        """A customer or supplier."""
        return {
            "number": self.number(name, serial),
            "companyName": f"Neu {serial}",
            "contactType": "COMPANY",
            "addresses": [{"addressLine1": "Weg 1", "city": "Ort", "countryCode": self.market.upper()}],
            **more,
        }

    def create(self, name: str, content: Mapping[str, Any]) -> Reply:
        """The reply to one create."""
        (reply,) = self.writer.send(self.company, [Command(Operation.CREATE, RESOURCE_BY_NAME[name], content)])
        return reply

    def find(
        self, name: str, member: str, *values: str, fresh: bool = False, writer: MaesnWriter | None = None
    ) -> list[dict[str, Any]]:
        """The rows with these keys."""
        found = (writer or self.writer).find(RESOURCE_BY_NAME[name], self.company, member, values, fresh=fresh)
        return [dict(row) for row in found]

    def ids(self, name: str) -> list[str]:
        """The ids of the rows that the list shows."""
        reading = self.client.open(ReadRequest(RESOURCE_BY_NAME[name], self.company, {}))
        pages = [*(page for index in range(reading.parts) for page in reading.part(index)), *reading.rest()]
        return [key for page in pages for key in page.keys]

    def posts(self) -> int:
        """How many creates the sandbox received."""
        return sum(request.method == "POST" for request in self.sandbox.requests)

    def stored(self, type_name: str) -> int:
        """How many rows of a type there are."""
        return len(self.sandbox.store.table(self.company.id, type_name))


@pytest.fixture
def desk_in() -> Iterator[Callable[[str], Desk]]:
    """Opens a desk in a market; all are closed afterwards."""
    desks: list[Desk] = []
    with Sandbox(rows=12, companies_per_market=1) as sandbox:

        def opened(market: str) -> Desk:
            desks.append(Desk(sandbox, market))
            return desks[-1]

        yield opened
        for desk in desks:
            desk.writer.close()


@pytest.fixture
def desk(desk_in: Callable[[str], Desk]) -> Desk:
    """A desk in Germany."""
    return desk_in("de")


@pytest.mark.parametrize("market", MARKETS)
def test_what_is_written_is_found_again(desk_in: Callable[[str], Desk], market: str) -> None:
    desk = desk_in(market)
    sent: dict[str, tuple[str, dict[str, Any]]] = {
        "customers": ("number", desk.contact("customers")),
        "suppliers": ("number", desk.contact("suppliers")),
        "items": ("itemNumber", {"itemNumber": "NEW-1", "name": "Neu", "type": "SERVICE", "unitSalesPrice": 12}),
    }
    ids = {}
    for name, (member, content) in sent.items():
        assert desk.find(name, member, content[member]) == []
        reply = desk.create(name, content)
        assert isinstance(reply, Done), reply
        ids[name] = reply.id
    invoice = {
        "reference": "R-1",
        "contactId": ids["customers"],
        "invoiceDate": "2026-01-31",
        "lineItems": [{"itemId": ids["items"], "name": "Posten", "quantity": 2, "unitAmount": 7}],
    }
    assert desk.find("invoices", "reference", "R-1") == []
    reply = desk.create("invoices", invoice)
    assert isinstance(reply, Done), reply
    sent["invoices"], ids["invoices"] = ("reference", invoice), reply.id

    other = desk.another_writer()
    for name, (member, content) in sent.items():
        for writer in (desk.writer, other):
            (row,) = desk.find(name, member, content[member], writer=writer)
            assert row[RESOURCE_BY_NAME[name].key("maesn")] == ids[name]
            compared = [writable for writable in writer.model(RESOURCE_BY_NAME[name]).fields if writable.returned]
            for field in compared:
                if not field.children and field.name in content and field.name != "invoiceDate":
                    assert row[field.name] == content[field.name]
    (row,) = desk.find("invoices", "reference", "R-1", writer=other)
    assert row["invoiceDate"].startswith("2026-01-31")
    assert [(line["itemId"], line["quantity"]) for line in row["lineItems"]] == [(ids["items"], 2)]
    other.close()
    assert desk.posts() == 4


@pytest.mark.parametrize("market", MARKETS)
def test_a_copy_of_everything_differs_in_nothing(desk_in: Callable[[str], Desk], market: str) -> None:
    """Every row that reading gives is written under a new key, and what is found then is what was sent."""
    desk = desk_in(market)
    for name, key in (
        ("customers", "number"),
        ("suppliers", "number"),
        ("items", "itemNumber"),
        ("invoices", "reference"),
    ):
        model = desk.writer.model(RESOURCE_BY_NAME[name])
        assert desk.find(name, key, "nothing") == []
        rows = desk.find(name, "id" if name != "invoices" else "invoiceId", *desk.ids(name))
        assert rows
        for serial, row in enumerate(rows):
            code = desk.number(name, serial) if name in CODES[market] else f"NEW-{serial}"
            others = dict.fromkeys((*model.keys, "invoiceNumber"))
            values = validate(model.fields, {**row, **others, key: code}, own_ids=True)
            reply = desk.create(name, new(model.fields, values))
            assert isinstance(reply, Done), reply
            (found,) = desk.find(name, key, code)
            assert patch(model.fields, values, found, Rules(nulls_are_unknown=True)).changed == []


@pytest.mark.parametrize("switches", [{}, {"maesn_pagination": "missing"}], ids=str)
@pytest.mark.parametrize("dates", ["all", "some", "none"])
@pytest.mark.parametrize("filter_switch", ["honoured", "ignored"])
def test_an_answer_that_is_lost_after_the_commit(
    desk: Desk, switches: dict[str, str], dates: str, filter_switch: str
) -> None:
    desk.sandbox.change_switches({**switches, "maesn_dates": dates, "maesn_filter": filter_switch})
    for serial, member in enumerate(("number", "documentId")):
        keys = {"documentId": f"DE12345678{serial}"} if member == "documentId" else {}
        content = desk.contact(serial=serial, **keys)
        if member == "documentId":
            del content["number"]
        assert desk.find("customers", member, content[member]) == []
        desk.sandbox.faults.add("answer_lost", method="POST")
        reply = desk.create("customers", content)
        assert isinstance(reply, Unknown)
        assert reply.may_still
        (row,) = desk.find("customers", member, content[member], fresh=True)
        assert row["companyName"] == content["companyName"]
    assert desk.posts() == 2


@pytest.mark.parametrize(
    ("fault", "may_still"),
    [
        ({"action": "status_after", "status": 500}, True),
        ({"action": "status_after", "status": 504}, True),
        ({"action": "reset_mid_body"}, True),
        ({"action": "truncate_json"}, False),
    ],
    ids=str,
)
def test_an_answer_that_does_not_tell_of_the_commit(desk: Desk, fault: dict[str, Any], may_still: bool) -> None:
    content = desk.contact()
    desk.sandbox.faults.add(method="POST", **fault)
    reply = desk.create("customers", content)
    assert isinstance(reply, Unknown)
    assert reply.may_still is may_still
    assert len(desk.find("customers", "number", content["number"], fresh=True)) == 1
    assert desk.posts() == 1


def test_a_commit_that_comes_late_is_seen_when_it_comes(desk: Desk) -> None:
    content = desk.contact()
    desk.sandbox.faults.add("late_commit", method="POST", seconds=0.2)
    assert isinstance(desk.create("customers", content), Unknown)
    deadline = time.monotonic() + 20
    while not desk.find("customers", "number", content["number"], fresh=True):
        assert time.monotonic() < deadline
    assert desk.posts() == 1


def test_a_request_that_never_arrived_leaves_nothing(desk: Desk) -> None:
    content = desk.contact()
    desk.sandbox.faults.add("reset_before", method="POST")
    assert isinstance(desk.create("customers", content), Unknown)
    assert desk.find("customers", "number", content["number"], fresh=True) == []
    assert isinstance(desk.create("customers", content), Done)
    assert desk.posts() == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_trouble_of_the_server_is_not_sent_again(desk: Desk, status: int) -> None:
    desk.sandbox.faults.add("status", method="POST", status=status)
    assert isinstance(desk.create("customers", desk.contact()), Unknown)
    assert desk.posts() == 1


def test_too_many_requests_is_waited_for(desk: Desk) -> None:
    desk.sandbox.faults.add("status", method="POST", status=429, headers={"Retry-After": "0"})
    assert isinstance(desk.create("customers", desk.contact()), Done)
    assert desk.posts() == 2


def test_what_is_there_already_is_refused(desk: Desk) -> None:
    before = desk.stored("Customer")
    assert isinstance(desk.create("customers", desk.contact()), Done)
    reply = desk.create("customers", desk.contact(companyName="Anders"))
    assert isinstance(reply, Refused)
    assert reply.error.fault.name == "record-refused"
    assert desk.stored("Customer") == before + 1


def test_a_record_that_lacks_something_is_refused_by_its_member(desk: Desk) -> None:
    reply = desk.create("items", {"itemNumber": "NEW-1"})
    assert isinstance(reply, Refused)
    assert reply.field == "name"


def test_references_of_the_company_itself(desk: Desk) -> None:
    customer, item = desk.create("customers", desk.contact()), desk.create("items", {"itemNumber": "I", "name": "I"})
    assert isinstance(customer, Done)
    assert isinstance(item, Done)
    fields = {field.name: field for field in desk.writer.model(RESOURCE_BY_NAME["invoices"]).fields}
    lines = {field.name: field for field in fields["lineItems"].children}
    for reference, key, expected in (
        (fields["contactId"].reference, desk.number("customers", 1), customer.id),
        (lines["itemId"].reference, "I", item.id),
    ):
        assert reference
        found = desk.writer.resolve(desk.company, reference, [(key,), ("nobody",)])
        assert {found_key: resolved.id for found_key, resolved in found.items()} == {(key,): expected}


def test_a_company_of_somebody_else_is_refused_as_a_whole(desk: Desk) -> None:
    stranger = Company("00000000-0000-0000-0000-000000000000", "Fremd", "DE", None, True, "nowhere")
    with pytest.raises(SageActiveError):
        list(desk.writer.find(RESOURCE_BY_NAME["customers"], stranger, "number", ["1"]))


def test_readings_hold_still_while_many_write(desk: Desk) -> None:
    """Threads create, others look again for what may have come: nothing is lost, nothing there twice, no read fails."""
    count = 60
    contents = [desk.contact(serial=serial) for serial in range(count)]
    before = desk.stored("Customer")
    assert desk.find("customers", "number", "nobody") == []

    def work(serial: int) -> None:
        assert isinstance(desk.create("customers", contents[serial]), Done)
        if serial % 5 == 0:
            (row,) = desk.find("customers", "number", contents[serial]["number"], fresh=True)
            assert row["companyName"] == contents[serial]["companyName"]
            assert desk.find("customers", "documentId", "nobody", fresh=True) == []

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(work, range(count)))
    assert desk.stored("Customer") == before + count
    other = desk.another_writer()
    assert len(desk.find("customers", "number", *(content["number"] for content in contents), writer=other)) == count
    other.close()
