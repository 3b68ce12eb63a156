"""Finding what is there: filters in few requests, whole lists or none, and references by natural key."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sage_active.direct.lookup import MARKERS_PER_FILTER, VALUES_PER_FILTER
from sage_active.direct.writing import DirectWriter
from sage_active.errors import SageActiveError
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Operation, Reference
from unit_tests.direct.direct_writing import COMPANY, direct_writer, documents, graphql, page
from unit_tests.loopback import Loopback, Reply, json_reply

CUSTOMERS, ITEMS, INVOICES = (RESOURCE_BY_NAME[name] for name in ("customers", "items", "invoices"))
CREATED = "2026-01-01T00:00:00Z"
ID = "0a0b0c0d-0000-4000-8000-00000000000a"
PRODUCT = Reference("Product", ("code",), ())
ACCOUNT = Reference("AccountingAccount", ("code",), ())
CATEGORY = Reference("TransactionCategory", ("reason", "type"), ())


@pytest.fixture
def writer(loopback: Loopback) -> Iterator[DirectWriter]:
    """A writer that speaks to the scripted server."""
    with direct_writer(loopback) as writer:
        yield writer


def row(number: int, **more: Any) -> dict[str, Any]:
    """A row as the API sends it."""
    return {"id": f"r{number}", "creationDate": CREATED, "modificationDate": None, **more}


def values_in(query: str) -> list[str]:
    """The values that a filter lists."""
    found = re.search(r"in: \[([^\]]*)\]", query)
    return re.findall(r'"([^"]*)"', found[1]) if found else []


def codes(query: str, _: dict[str, Any]) -> Reply:
    """Every code that is asked for exists."""
    return page([row(index, code=value) for index, value in enumerate(values_in(query))])


# --- rows to compare with ---


def test_keys_are_asked_for_in_few_requests_whose_values_are_written_out(
    loopback: Loopback, writer: DirectWriter
) -> None:
    loopback.script(graphql(codes))
    wanted = [f"K{index}" for index in range(VALUES_PER_FILTER + 20)]
    found = list(writer.find(ITEMS, COMPANY, "code", wanted))
    assert [row["code"] for row in found] == wanted
    sent = documents(loopback)
    assert sorted(len(values_in(query)) for query, _ in sent) == [20, VALUES_PER_FILTER]
    assert all(variables == {} for _, variables in sent)


def test_markers_are_looked_for_within_the_remarks(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(graphql(lambda *_: page([row(1, remarks="by hand\n[ref:1]", status="Pending")])))
    wanted = [f"[ref:{index}]" for index in range(MARKERS_PER_FILTER + 1)]
    assert len(list(writer.find(INVOICES, COMPANY, "remarks", wanted))) == 2
    longest, shortest = sorted((query for query, _ in documents(loopback)), key=len, reverse=True)
    assert longest.count("remarks: { contains: ") == MARKERS_PER_FILTER
    assert 'remarks: { contains: "[ref:50]" }' in shortest
    # Credit notes are not invoices.
    assert "type: { neq: CREDIT_NOTE }" in shortest


def test_what_is_compared_is_what_can_be_written(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(graphql(codes))
    list(writer.find(CUSTOMERS, COMPANY, "code", ["C"]))
    ((query, _),) = documents(loopback)
    names = set(re.findall(r"\w+", query))
    assert {"id", "socialName", "status", "countryIsoCodeAlpha2", "emailAddress", "payDays"} <= names
    assert not names & {"sourceType", "viesCode", "countryName", "jobArea", "defaultAccountingAccount"}


def test_only_ids_are_looked_for_by_id_in_any_case(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(graphql(lambda query, _: page([row(1) | {"id": value.lower()} for value in values_in(query)])))
    # One value that is not a UUID would make the server refuse the whole filter.
    found = list(writer.find(ITEMS, COMPANY, "id", ["cus_9s6XKzkNRiz8i3", ID.upper(), "42", "", ID.replace("-", "")]))
    assert [found_row["id"] for found_row in found] == [ID.upper()]
    loopback.script(graphql(codes))
    assert list(writer.find(ITEMS, COMPANY, "id", ["cus_9s6XKzkNRiz8i3"])) == []
    assert loopback.requests == []


def test_all_pages_are_read(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(page([row(1, code="K")], cursor="a", more=True, total=2), page([row(2, code="K")], total=2))
    assert [found_row["id"] for found_row in writer.find(ITEMS, COMPANY, "code", ["K"])] == ["r1", "r2"]
    assert documents(loopback)[1][1] == {"after": "a"}


@pytest.mark.parametrize(
    "pages",
    [
        [page([row(1, code="K")], more=True)],
        [page([row(1, code="K")], cursor="a", more=True)],
        [page([], cursor="a", more=True)],
    ],
    ids=["no-cursor", "cursor-stays", "no-rows"],
)
def test_half_a_list_is_not_taken_for_all(loopback: Loopback, writer: DirectWriter, pages: list[Reply]) -> None:
    loopback.script(*pages)
    with pytest.raises(SageActiveError) as raised:
        list(writer.find(ITEMS, COMPANY, "code", ["K"]))
    assert raised.value.fault.name == "contradiction"
    with pytest.raises(SageActiveError):
        writer.resolve(COMPANY, ACCOUNT, [("K",)])


@pytest.mark.parametrize(
    "odd",
    [
        [page([], total=1)],
        [page([row(1, code="K")], total=2)],
        [page([], cursor="a", more=True, total=1)],
        [page([row(1, code="K")], cursor="a", more=True, total=1), page([row(1, code="K")], total=2)],
    ],
    ids=["empty", "a-row-less", "nothing-and-more", "the-count-moves"],
)
def test_rows_that_are_not_as_many_as_is_stated_are_asked_for_again(
    loopback: Loopback, writer: DirectWriter, odd: list[Reply]
) -> None:
    """What is not found is created once more, or rejected."""
    loopback.script(*odd, page([row(1, code="K")]))
    assert [found_row["id"] for found_row in writer.find(ITEMS, COMPANY, "code", ["K"])] == ["r1"]
    loopback.script(*odd, page([row(1, code="K")]))
    assert writer.resolve(COMPANY, PRODUCT, [("K",)])["K",].id == "r1"
    loopback.script(*odd, page([row(1, code="K")]))
    assert writer.resolve(COMPANY, ACCOUNT, [("K",)])["K",].id == "r1"


def test_rows_that_are_never_as_many_as_is_stated_are_an_error(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(page([row(1, code="K")], total=3))
    with pytest.raises(SageActiveError, match="`items` is read: 1 rows where it states 3") as raised:
        list(writer.find(ITEMS, COMPANY, "code", ["K"]))
    assert raised.value.fault.name == "contradiction"
    with pytest.raises(SageActiveError, match="`Product` is read: 1 rows where it states 3"):
        writer.resolve(COMPANY, PRODUCT, [("K",)])


def test_a_row_that_comes_twice_is_one_row(loopback: Loopback, writer: DirectWriter) -> None:
    both = [row(1, code="K"), row(2, code="K")]
    loopback.script(page(both, cursor="a", more=True, total=3), page([both[1], row(3, code="K")], total=3))
    assert [found_row["id"] for found_row in writer.find(ITEMS, COMPANY, "code", ["K"])] == ["r1", "r2", "r3"]


def test_a_key_that_the_server_keeps_to_itself_is_an_error(loopback: Loopback, writer: DirectWriter) -> None:
    """Without it nothing could be recognised, and everything would be created once more."""

    def answering(query: str, _: dict[str, Any]) -> Reply:
        if re.search(r"\bremarks\b(?!:)", query):
            message = "The field `remarks` does not exist on the type `SalesInvoice`."
            extensions = {"type": "SalesInvoice", "field": "remarks"}
            return json_reply({"errors": [{"message": message, "extensions": extensions}]}, 400)
        return page([row(1, status="Pending")])

    loopback.script(graphql(answering))
    with pytest.raises(SageActiveError) as raised:
        list(writer.find(INVOICES, COMPANY, "remarks", ["[ref:1]"]))
    assert "remarks" in str(raised.value)


# --- references ---


def test_references_that_are_many_are_asked_for_by_key_and_remembered(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(graphql(lambda query, _: page([row(1, code=value) for value in values_in(query) if value != "no"])))
    assert set(writer.resolve(COMPANY, PRODUCT, [("A",), ("no",)])) == {("A",)}
    assert set(writer.resolve(COMPANY, PRODUCT, [("A",), ("no",), ("B",)])) == {("A",), ("B",)}
    # What was not there may have come.
    assert [values_in(query) for query, _ in documents(loopback)] == [["A", "no"], ["no", "B"]]
    writer.resolve(COMPANY, PRODUCT, [("A",)], fresh=True)
    assert values_in(documents(loopback)[-1][0]) == ["A"]


def test_references_by_id_are_asked_for_in_any_case_and_only_by_ids(loopback: Loopback, writer: DirectWriter) -> None:
    by_id = Reference("Product", ("id",), ())
    loopback.script(graphql(lambda *_: page([row(1, category="CONCEPT") | {"id": ID.upper()}])))
    found = writer.resolve(COMPANY, by_id, [(ID,), ("no id",)])
    assert {key: reference.row["category"] for key, reference in found.items()} == {(ID,): "CONCEPT"}
    writer.resolve(COMPANY, by_id, [(ID,)])
    ((query, _),) = documents(loopback)
    assert values_in(query) == [ID]
    assert writer.resolve(COMPANY, by_id, [("no id",)]) == {}
    assert len(documents(loopback)) == 1


def test_references_that_are_few_are_read_once_as_a_list(loopback: Loopback, writer: DirectWriter) -> None:
    rows = [row(1, code={"value": "4400"}), row(2, code={"value": "4400"}), row(3, code={"value": "8400"})]
    loopback.script(page(rows))
    found = writer.resolve(COMPANY, ACCOUNT, [("4400",), ("8400",), ("9999",)])
    assert {key: reference.id for key, reference in found.items()} == {("4400",): "r1", ("8400",): "r3"}
    writer.resolve(COMPANY, ACCOUNT, [("8400",)])
    assert len(documents(loopback)) == 1
    writer.resolve(COMPANY, ACCOUNT, [("8400",)], fresh=True)
    assert len(documents(loopback)) == 2


def test_a_code_that_is_plain_on_this_server_is_asked_for_plainly(loopback: Loopback, writer: DirectWriter) -> None:
    def answering(query: str, _: dict[str, Any]) -> Reply:
        if "code { value }" in query:
            message = "The field `code` must not have a selection, since it returns a scalar value."
            extensions = {"declaringType": "AccountingAccount", "field": "code"}
            return json_reply({"errors": [{"message": message, "extensions": extensions}]}, 400)
        return page([row(1, code="4400")])

    loopback.script(graphql(answering))
    assert writer.resolve(COMPANY, ACCOUNT, [("4400",)])["4400",].id == "r1"
    assert len(documents(loopback)) == 2


def test_a_key_of_several_members(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(page([row(1, reason="Rent", type="PURCHASE"), row(2, reason="Rent", type="ADJUSTMENTS")]))
    found = writer.resolve(COMPANY, CATEGORY, [("Rent", "ADJUSTMENTS")])
    assert found["Rent", "ADJUSTMENTS"].id == "r2"


def test_journals_for_posting_are_those_of_sales_invoices(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(page([row(1, code="VT", type="SALES_INVOICE"), row(2, code="BK", type="BANK")]))
    assert writer.journals(COMPANY, "SALES_INVOICE") == {"VT": "r1"}


def test_rights_that_the_server_cannot_tell_are_none_that_are_missing(loopback: Loopback, writer: DirectWriter) -> None:
    wanted = {ITEMS: (Operation.CREATE, Operation.UPDATE)}
    policies = [{"action": "createProduct", "isAllowed": False}, {"action": "updateProduct", "isAllowed": True}]
    loopback.script(json_reply({"data": {"policies": policies}}))
    assert writer.missing_rights(COMPANY, wanted) == (["createProduct"], False)
    assert 'actions: ["createProduct", "updateProduct"]' in documents(loopback)[0][0]
    loopback.script(json_reply({"errors": [{"message": "global.businessErrors.unknownActionNames"}]}))
    assert writer.missing_rights(COMPANY, wanted) == ((), False)
