"""Every column of every stream says what it holds, and whether it holds personal data."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from airbyte_cdk.models import AirbyteCatalog, AirbyteMessage, AirbyteMessageSerializer, Type
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)
from pydantic import BaseModel

from docs.data_dictionary import data_dictionary_page
from sage_active.direct import described
from sage_active.direct.contract import Contract, Field, object_schema, walk
from sage_active.maesn import descriptions as maesn
from sage_active.maesn.models import MODELS
from sage_active.markets import CONNECTIONS, DIRECT
from sage_active.resources.field_table import entries_for, entry_of
from sage_active.resources.omission import members_below
from sage_active.resources.personal_data import MARK, PERSONAL, TEXT
from sage_active.resources.resource import DirectResource, Resource
from sage_active.resources.table import offered
from source_sage_active.source import SourceSageActive
from unit_tests.odd_servers import CREDENTIALS

CONTRACT: Final = Contract()
# Beside the lists: what docs/reference/objects.md has of lists without pages, settings and reports.
OTHER_ROOTS: Final = (
    "bankAccounts",
    "accountingTrialBalance",
    "accountingThirdPartyBalance",
    "accountingBalanceSheet",
    "accountingProfitAndLoss",
    "accountingReportPositions",
    "organizationAccountingSetupByOrgId",
    "organizationSalesSetupByOrgId",
    "organizationIrpfSetupByOrgId",
)
LARGEST_CATALOG: Final = 400_000
LARGEST_PAGE: Final = 300_000
NOWHERE: Final = "http://127.0.0.1:9"
TELLING: Final = re.compile(
    r"e?mail(?!.*copy)|phone|iban|vatNumber|surname|socialName|(first|last|full)Name", re.IGNORECASE
)


def all_roots() -> list[str]:
    """Every list of the contract, and what else may be a stream."""
    query = CONTRACT.schema.query_type
    assert query
    kinds = {name: get_named_type(field.type) for name, field in query.fields.items()}
    lists = [name for name, kind in kinds.items() if isinstance(kind, GraphQLObjectType) and "nodes" in kind.fields]
    return [*lists, *OTHER_ROOTS]


def every_resource() -> list[Resource]:
    """What is offered directly, and a resource for each root that none of them reads."""
    present = offered(DIRECT)
    read = {resource.on(DIRECT).root for resource in present}
    return present + [
        Resource(name=root, direct=DirectResource(root=root, type=CONTRACT.row_type(root)))
        for root in all_roots()
        if root not in read
    ]


def report_arguments() -> Iterator[str]:
    """What the reports must be told, which may become columns."""
    for root in OTHER_ROOTS:
        for name, argument in CONTRACT.root(root).args.items():
            kind = get_named_type(argument.type)
            if isinstance(kind, GraphQLInputObjectType):
                yield from (member for member, field in kind.fields.items() if is_required_input_field(field))
            elif is_required_argument(argument):
                yield name


def every_field() -> Iterator[Field]:
    """All fields of all rows, and the arguments of reports."""
    for root in all_roots():
        yield from walk(CONTRACT.fields(CONTRACT.row_type(root)))
    yield from (Field("", name, "") for name in report_arguments())


def every_member() -> Iterator[tuple[str, str]]:
    """All members of Maesn's records and of their parts, with the record's name."""
    parts: list[type[BaseModel]] = list(MODELS.values())
    for model in parts:
        for name, field in model.model_fields.items():
            yield model.__name__, field.alias or name
            part = maesn.part_of(field.annotation)
            if part and part not in parts:
                parts.append(part)


FIELDS: Final = tuple(every_field())
MEMBERS: Final = tuple(every_member())


def config(connection: str) -> dict[str, Any]:
    """A configuration for which nobody is asked."""
    return {"credentials": CREDENTIALS[connection], "sandbox_url": NOWHERE}


@pytest.mark.parametrize("root", all_roots())
def test_every_column_of_every_root_has_a_description(root: str) -> None:
    for field in walk(CONTRACT.fields(CONTRACT.row_type(root))):
        assert described.description(field), f"{field.owner}.{field.name}"


def test_arguments_of_reports_have_descriptions() -> None:
    for name in report_arguments():
        assert described.description(Field("", name, "")), name


def test_every_member_of_a_record_of_maesn_has_a_description() -> None:
    for record, name in MEMBERS:
        assert maesn.description(record, name), f"{record}.{name}"


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_every_column_that_discover_lists_has_a_description(connection: str) -> None:
    for stream in SourceSageActive().streams(config(connection)):
        for name, column in stream.as_airbyte_stream().json_schema["properties"].items():
            assert column.get("description"), f"{stream.name}.{name}"


def test_descriptions_are_one_short_sentence() -> None:
    sentences = {described.description(field) for field in FIELDS}
    sentences |= {maesn.description(*member) for member in MEMBERS}
    for sentence in sentences - {None}:
        assert sentence and len(sentence) <= described.LONGEST
        assert re.fullmatch(r"[A-Z]\S*( \S+)*\.", sentence), sentence


@pytest.mark.parametrize(
    ("table", "field_names"),
    [
        (described.DESCRIPTIONS, [(field.owner, field.name) for field in FIELDS]),
        (PERSONAL, [(field.owner, field.name) for field in FIELDS if field.type == TEXT]),
        (maesn.DESCRIPTIONS, MEMBERS),
        (maesn.PERSONAL, MEMBERS),
    ],
    ids=["descriptions", "personal", "maesn descriptions", "maesn personal"],
)
def test_no_entry_of_a_table_is_unused(
    table: Mapping[str, str] | frozenset[str], field_names: list[tuple[str, str]]
) -> None:
    assert set(table) - {entry_of(table, *field_name) for field_name in field_names} == set()


def test_the_most_exact_entry_counts() -> None:
    assert list(entries_for("AbC", "x")) == ["AbC.x", "*bC.x", "*C.x", "x"]
    assert entry_of({"x", "*C.x"}, "AbC", "x") == "*C.x"
    assert entry_of({"y"}, "AbC", "x") is None


def column(type_name: str, *path: str) -> Any:
    """The JSON schema of a column by its path."""
    fields = CONTRACT.fields(type_name)
    schema: Any = described.described(object_schema(fields), fields)
    for name in path:
        schema = members_below(schema)[name]
    return schema


@pytest.mark.parametrize(
    ("type_name", "path", "sentence"),
    [
        ("SalesInvoice", ("customerId",), "Id of the customer."),
        ("SalesInvoice", ("customer",), "Customer: id and code."),
        ("PurchaseInvoice", ("vatLines", "tax"), "Tax: id, name, percentage and tax type."),
        ("SalesInvoice", ("type",), "Kind of invoice: NONE, CREDIT_NOTE, NORMAL, PAYMENT_IN_ADVANCE."),
        ("EntityFile", ("status",), "Pending, ToCheck, Done or Rejected."),
        ("RelatedSalesDocument", ("documentId",), "Id of the document."),
        ("Customer", ("contacts", "name"), "First name."),
        ("Customer", ("addresses", "name"), "Name of the address."),
        ("AccountingEntry", ("accountingEntryLines", "debitAmount"), "Debit amount."),
    ],
)
def test_descriptions_come_from_tables_the_schema_and_names(
    type_name: str, path: tuple[str, ...], sentence: str
) -> None:
    assert column(type_name, *path)["description"] == sentence


@pytest.mark.parametrize(
    ("type_name", "path", "is_personal"),
    [
        ("Customer", ("vatNumber",), True),
        ("Customer", ("code",), False),
        ("Customer", ("contacts",), True),
        ("Customer", ("contacts", "phones", "number"), True),
        ("Customer", ("contacts", "id"), False),
        ("SalesInvoice", ("customer",), False),
        ("SalesInvoice", ("documentId",), True),
        ("RelatedSalesDocument", ("documentId",), False),
        ("AccountingEntry", ("number",), False),
        ("AccountingEntry", ("accountingEntryLines",), True),
        ("BankAccount", ("iban",), True),
        ("ZipCode", ("zipCode",), False),
    ],
)
def test_personal_data_is_marked_itself_and_above(type_name: str, path: tuple[str, ...], is_personal: bool) -> None:
    assert column(type_name, *path).get(MARK, False) is is_personal


def test_texts_with_telling_names_are_marked() -> None:
    telling = [field for field in FIELDS if field.type == TEXT and TELLING.search(field.name)]
    assert telling
    for field in telling:
        assert described.is_personal(field), f"{field.owner}.{field.name}"


def test_a_field_of_the_server_alone_says_so() -> None:
    fields = (*CONTRACT.fields("Customer"), Field("Customer", "novelty", "String"))
    columns = described.described(object_schema(fields), fields)["properties"]
    assert columns["novelty"] == {"type": ["null", "string"], "description": described.UNDOCUMENTED}


def test_the_catalog_of_all_streams_is_small() -> None:
    source = SourceSageActive(resources=every_resource())
    streams = [stream.as_airbyte_stream() for stream in source.streams(config(DIRECT))]
    assert len(streams) > len(all_roots())
    message = AirbyteMessage(type=Type.CATALOG, catalog=AirbyteCatalog(streams=streams))
    assert len(json.dumps(AirbyteMessageSerializer.dump(message))) <= LARGEST_CATALOG


def test_the_page_of_all_columns_is_not_too_large() -> None:
    assert len(data_dictionary_page().encode()) <= LARGEST_PAGE
