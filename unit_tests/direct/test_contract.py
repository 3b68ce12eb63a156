"""The contract: what is selected of each type, and the JSON schemas that follow."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from sage_active.direct.contract import Contract, Field, object_schema, walk, with_selected
from sage_active.resources.contract_exceptions import (
    BACK_REFERENCES,
    DEFAULT_NATURAL_KEY,
    NATURAL_KEYS,
    REFERENCE_LISTS,
)
from sage_active.resources.schema import packaged_schema
from sage_active.resources.table import RESOURCES

CONTRACT = Contract()
ALWAYS = frozenset({"id", "creationDate", "modificationDate"})
EXAMPLES = {"Int": 7, "Boolean": True, "Decimal": 1.5, "DateTime": "2026-01-31T09:30:00Z", "JSON": {"any": [1]}}


def list_roots() -> dict[str, str]:
    """Root field -> node type of every list in the schema."""
    query = packaged_schema().query_type
    assert query
    found = {}
    for name, root in query.fields.items():
        connection = get_named_type(root.type)
        if isinstance(connection, GraphQLObjectType) and "nodes" in connection.fields:
            found[name] = get_named_type(connection.fields["nodes"].type).name
    return found


ROOTS = list_roots()


def child(fields: tuple[Field, ...], name: str) -> Field:
    """The field of that name."""
    return next(field for field in fields if field.name == name)


def names(fields: tuple[Field, ...]) -> set[str]:
    """The names at one level."""
    return {field.name for field in fields}


def example(field: Field) -> Any:
    """A value that the API may send for a field."""
    value = (
        {child.name: example(child) for child in field.children} if field.children else EXAMPLES.get(field.type, "text")
    )
    return [value, value] if field.many else value


def test_there_are_the_lists_that_the_notes_count() -> None:
    assert len(ROOTS) == 51


@pytest.mark.parametrize("type_name", sorted(set(ROOTS.values())))
def test_the_rule_terminates_and_selects_leaves_or_something_below(type_name: str) -> None:
    fields = CONTRACT.fields(type_name)
    everything = list(walk(fields))
    assert 1 <= len(everything) < 400
    for field in everything:
        kind = packaged_schema().type_map[field.type]
        assert isinstance(kind, GraphQLObjectType) == bool(field.children), field
        assert field.name in _object(field.owner).fields


@pytest.mark.parametrize("type_name", sorted(set(ROOTS.values())))
def test_loaders_give_id_and_natural_key(type_name: str) -> None:
    for field in walk(CONTRACT.fields(type_name)):
        owner = _object(field.owner)
        if not field.children or field.many or f"{field.name}Id" not in owner.fields:
            continue
        natural = NATURAL_KEYS.get(field.type, DEFAULT_NATURAL_KEY)
        assert names(field.children) == {"id", *natural} & set(_object(field.type).fields), field


def test_every_loader_has_a_natural_key_that_exists() -> None:
    for type_name, natural in NATURAL_KEYS.items():
        assert set(natural) <= set(_object(type_name).fields), type_name
    for type_name in set(ROOTS.values()):
        for field in walk(CONTRACT.fields(type_name)):
            is_loader = field.children and not field.many and f"{field.name}Id" in _object(field.owner).fields
            if is_loader and NATURAL_KEYS.get(field.type) != ():
                assert names(field.children) != {"id"}, f"{field.owner}.{field.name}: {field.type} has no natural key"


def test_back_references_are_dropped_below_and_kept_above() -> None:
    for owner, name in BACK_REFERENCES:
        assert name in _object(owner).fields, (owner, name)
        assert name in names(CONTRACT.fields(owner)), (owner, name)
    for type_name in set(ROOTS.values()):
        for field in CONTRACT.fields(type_name):
            for below in walk(field.children):
                assert (below.owner, below.name) not in BACK_REFERENCES


def test_no_owned_child_leads_back_to_its_parent() -> None:
    for type_name in ("Customer", "Supplier", "Product", "SalesInvoice"):
        for field in CONTRACT.fields(type_name):
            if field.many:
                assert type_name not in {below.type for below in field.children if not below.many}, field.name


@pytest.mark.parametrize(("field_name", "listed"), REFERENCE_LISTS.items(), ids=str)
def test_lists_of_references_are_not_read_whole(field_name: tuple[str, str], listed: tuple[str, ...]) -> None:
    owner, name = field_name
    field = child(CONTRACT.fields(owner), name)
    assert field.many
    assert names(field.children) == set(listed)


def test_item_taxes_bring_what_copying_an_item_needs() -> None:
    taxes = child(CONTRACT.fields("Product"), "taxes")
    assert names(child(taxes.children, "group").children) == {"id", "taxGroupCode"}


def test_electronic_invoices_are_own_rows_not_a_loader() -> None:
    field = child(CONTRACT.fields("SalesInvoice"), "eInvoice")
    assert field.many
    assert "eInvoiceId" in _object("SalesInvoice").fields
    assert names(field.children) == set(_object("EInvoice").fields) - {"salesInvoice"}


def test_owned_children_come_whole() -> None:
    lines = child(CONTRACT.fields("SalesInvoice"), "lines")
    dropped = {name for owner, name in BACK_REFERENCES if owner == lines.type}
    assert names(lines.children) == set(_object(lines.type).fields) - dropped


@pytest.mark.parametrize("type_name", sorted(set(ROOTS.values())))
def test_rows_fit_their_json_schema_with_and_without_nulls(type_name: str) -> None:
    fields = CONTRACT.fields(type_name)
    schema = object_schema(fields)
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    row = {field.name: example(field) for field in fields}
    validator.validate(row)
    validator.validate(dict.fromkeys(row))
    validator.validate({**row, "addedByTheVendor": {"any": 1}})
    assert set(schema["properties"]) == set(row)
    if "id" in row:
        assert not validator.is_valid({**row, "id": 5})


def test_the_disputed_shape_fits_both_ways() -> None:
    account = object_schema(CONTRACT.fields("AccountingAccount"))
    validator = Draft7Validator(account)
    assert validator.is_valid({"code": {"value": "1200"}})
    assert validator.is_valid({"code": "1200"})
    assert validator.is_valid({"code": None})
    assert not validator.is_valid({"code": 1200})


def test_a_server_schema_may_lack_what_the_register_names() -> None:
    served = Contract(
        build_schema(
            """
            type Query { x: Int }
            type Customer { id: ID, countryId: ID, country: Country, addresses: [Address!] }
            type Country { id: ID, other: String }
            type Address { id: ID, city: String }
            """
        )
    )
    fields = served.fields("Customer")
    assert names(child(fields, "country").children) == {"id"}
    assert names(child(fields, "addresses").children) == {"id", "city"}
    with pytest.raises(KeyError, match="SalesInvoice"):
        served.fields("SalesInvoice")


def test_a_way_back_that_nobody_declared_has_an_end() -> None:
    text = """
    type Query { customers: Customer }
    type Customer { id: UUID! addresses: [Address!] parent: Customer parentId: UUID }
    type Address { id: UUID! customer: Customer owner: Customer ownerId: UUID }
    scalar UUID
    """
    fields = Contract(build_schema(text)).fields("Customer")
    assert names(fields) == {"id", "addresses", "parent", "parentId"}
    assert names(child(fields, "addresses").children) == {"id", "owner", "ownerId"}
    assert names(child(fields, "parent").children) == {"id"}


# --- what a catalog selects ---


@pytest.mark.parametrize("schema", [{}, {"properties": {}}, {"type": "object"}], ids=str)
def test_an_empty_schema_selects_everything(schema: Mapping[str, Any]) -> None:
    fields = CONTRACT.fields("Customer")
    assert with_selected(fields, schema, ALWAYS) == fields


def test_a_subset_keeps_key_and_dates() -> None:
    fields = CONTRACT.fields("Customer")
    chosen = with_selected(fields, {"properties": {"code": {"type": "string"}}}, ALWAYS)
    assert names(chosen) == {"code", *ALWAYS}


@pytest.mark.parametrize("resource", [one for one in RESOURCES if one.direct], ids=lambda resource: resource.name)
def test_the_discovered_schema_selects_exactly_the_contract(resource: Any) -> None:
    fields = CONTRACT.fields(resource.direct.type)
    assert with_selected(fields, object_schema(fields), ALWAYS) == fields


def test_leaves_that_only_the_catalog_knows_are_added() -> None:
    fields = CONTRACT.fields("Customer")
    schema = object_schema(fields)
    schema["properties"]["loyalty"] = {"type": ["null", "string"]}
    chosen = with_selected(fields, schema, ALWAYS)
    assert chosen == (*fields, Field("Customer", "loyalty", "Unknown"))


def test_nested_leaves_that_only_the_catalog_knows_are_added_to_their_owner() -> None:
    fields = CONTRACT.fields("Customer")
    schema = object_schema(fields)
    addresses = schema["properties"]["addresses"]["items"]
    addresses["properties"]["floor"] = {"type": ["null", "integer"]}
    addresses["properties"]["country"]["properties"]["continent"] = {"type": ["null", "string"]}
    chosen = child(with_selected(fields, schema, ALWAYS), "addresses")
    known = child(fields, "addresses")
    assert names(chosen.children) == names(known.children) | {"floor"}
    assert child(chosen.children, "floor") == Field(known.type, "floor", "Unknown")
    assert child(child(chosen.children, "country").children, "continent").owner == "Country"


def test_objects_that_only_the_catalog_knows_are_not_asked_for() -> None:
    fields = CONTRACT.fields("Customer")
    schema = object_schema(fields)
    schema["properties"]["extra"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    schema["properties"]["extras"] = {"type": "array", "items": {"properties": {"a": {"type": "string"}}}}
    assert with_selected(fields, schema, ALWAYS) == fields


def test_own_columns_of_the_connector_are_not_asked_for() -> None:
    from source_sage_active.selection import StreamSelection
    from source_sage_active.streams import stream_schema

    fields = CONTRACT.fields("Customer")
    schema = stream_schema(object_schema(fields))
    assert {"company_id", "updated_at"} <= set(schema["properties"])
    assert with_selected(fields, StreamSelection(schema=schema).api_schema(), ALWAYS) == fields


def test_a_catalog_with_only_own_columns_does_not_ask_for_them() -> None:
    from source_sage_active.selection import StreamSelection

    fields = CONTRACT.fields("Customer")
    schema = {"properties": {"company_id": {"type": "string"}, "updated_at": {"type": "string"}}}
    chosen = with_selected(fields, StreamSelection(schema=schema).api_schema(), ALWAYS)
    assert names(chosen) <= names(fields)
    assert names(chosen) >= ALWAYS


def _object(name: str) -> GraphQLObjectType:
    kind = packaged_schema().type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return kind
