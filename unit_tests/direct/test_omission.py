"""Fields that are left out by a path: those beside them stay, and an object of which nothing is left goes."""

from collections.abc import Mapping
from typing import Any

import pytest

from sage_active.direct.contract import Contract, Field
from sage_active.direct.query import Shape, selection
from sage_active.direct.strategies.selection import row_fields, row_schema, selected_fields
from sage_active.resources.omission import schema_without
from sage_active.resources.resource import DirectResource

CONTRACT = Contract()
OLD_CATALOG: Mapping[str, Any] = {
    "properties": {
        "code": {"type": ["null", "string"]},
        "businessArea": {"type": ["null", "object"], "properties": {"id": {}, "name": {}}},
        "contacts": {
            "type": "array",
            "items": {"properties": {"surname": {}, "emails": {"items": {"properties": {}}}}},
        },
    }
}


def without(*omit: str) -> DirectResource:
    """Customers without some members."""
    return DirectResource(root="customers", type="Customer", omit=frozenset(omit))


def paths(fields: tuple[Field, ...], above: str = "") -> set[str]:
    """All fields by their paths."""
    here = {f"{above}{field.name}" for field in fields}
    return here.union(*(paths(field.children, f"{above}{field.name}.") for field in fields))


@pytest.mark.parametrize("schema", [{}, OLD_CATALOG], ids=["everything", "an old catalog"])
def test_fields_are_left_out_by_their_path(schema: Mapping[str, Any]) -> None:
    whole = paths(selected_fields(CONTRACT, without(), schema))
    left = paths(selected_fields(CONTRACT, without("contacts.surname", "contacts.emails", "code"), schema))
    gone = {path for path in whole if path.startswith("contacts.emails.")}
    assert left == whole - gone - {"contacts.surname", "contacts.emails", "code"}


@pytest.mark.parametrize("schema", [{}, OLD_CATALOG], ids=["everything", "an old catalog"])
def test_an_object_of_which_nothing_is_left_is_not_asked_for(schema: Mapping[str, Any]) -> None:
    binding = without("businessArea.id", "businessArea.name")
    fields = selected_fields(CONTRACT, binding, schema)
    assert "businessArea" not in paths(fields)
    assert "businessArea " not in selection(fields, Shape())
    described = row_schema(CONTRACT, binding, row_fields(CONTRACT, binding))["properties"]
    assert "businessArea" not in described
    assert "businessAreaId" in described


def test_a_schema_loses_the_same_members() -> None:
    binding = without("businessArea.id", "businessArea.name", "contacts.emails.emailAddress", "comments")
    whole = row_schema(CONTRACT, without(), row_fields(CONTRACT, without()))
    by_fields = row_schema(CONTRACT, binding, row_fields(CONTRACT, binding))
    by_schema = schema_without(whole, binding.omit)
    assert by_schema["properties"].keys() == by_fields["properties"].keys()
    emails = by_schema["properties"]["contacts"]["items"]["properties"]["emails"]["items"]["properties"]
    assert "usage" in emails and "emailAddress" not in emails
