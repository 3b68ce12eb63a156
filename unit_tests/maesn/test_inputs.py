"""What a create through Maesn accepts, and how it looks on the wire."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from sage_active.maesn.bodies import PersonForm, body, has_channels, not_sent
from sage_active.maesn.inputs import write_model
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import FieldKind, Writable, WriteModel

# The column "create" of the contract's tables (docs/reference/maesn.md).
CONTACT = {
    "addresses", "companyName", "contactPersons", "contactType", "documentId", "emailAddresses", "number",
    "phoneNumbers", "projectId", "role", "vatId", "bankAccount",
}  # fmt: skip
ITEM = {
    "assetAccountId", "expenseAccountId", "incomeAccountId", "inventoryStartDate", "itemNumber", "name",
    "priceIncludesTax", "stockCount", "taxCode", "taxRatePercentage", "type", "unitName", "unitPurchasePrice",
    "unitSalesPrice",
}  # fmt: skip
INVOICE = {
    "invoiceId", "addresses", "contactId", "currency", "dueDate", "fileId", "invoiceDate", "invoiceNumber",
    "invoiceType", "journalCode", "lineAmountTypes", "lineItems", "name", "oneLineAddress", "paidDate",
    "paymentTermDuration", "paymentTermId", "reference", "shippingDate", "status", "taxRule", "discountPercentage",
    "grossTotalAmount", "shippingType", "shippingEndDate", "taxText",
}  # fmt: skip
LINE = {
    "accountId", "description", "dimensions", "discountItemPercentage", "grossAmount", "itemId", "name", "quantity",
    "taxCode", "taxRatePercentage", "unitAmount", "accountCode", "taxType", "type", "unitName",
}  # fmt: skip
# The plural of reading stands for the only bank account that a create takes.
PLURAL = {"bankAccounts"}
# Given by the API, or not for a record to choose.
NOT_FOR_RECORDS = {"invoiceId", "status"}
EXPECTED = {"customers": CONTACT | PLURAL, "suppliers": CONTACT | PLURAL, "items": ITEM, "invoices": INVOICE}


def model_of(name: str, document_key: str | None = "reference") -> WriteModel:
    """The write model of an object."""
    resource = RESOURCE_BY_NAME[name]
    assert resource.maesn
    return write_model(resource, resource.maesn, document_key)


def walk(fields: Sequence[Writable]) -> Iterator[Writable]:
    """All members at any depth."""
    for field in fields:
        yield field
        yield from walk(field.children)


@pytest.mark.parametrize("name", EXPECTED)
def test_members_are_those_of_the_contract(name: str) -> None:
    names = {field.name for field in model_of(name, "invoiceNumber").fields}
    assert names == EXPECTED[name] - NOT_FOR_RECORDS


def test_lines_are_those_of_the_contract() -> None:
    (lines,) = [field for field in model_of("invoices").fields if field.name == "lineItems"]
    assert {field.name for field in lines.children} == LINE
    assert [field.name for field in lines.children if field.required] == ["quantity", "unitAmount"]


@pytest.mark.parametrize(
    ("name", "required"),
    [("customers", ["contactType"]), ("items", []), ("invoices", ["invoiceDate", "lineItems"])],
)
def test_required_members(name: str, required: list[str]) -> None:
    assert [field.name for field in model_of(name).fields if field.required] == required


@pytest.mark.parametrize(("document_key", "is_sent"), [("reference", False), ("invoiceNumber", True), (None, True)])
def test_a_document_number_is_not_sent_where_another_member_is_the_key(document_key: str | None, is_sent: bool) -> None:
    assert ("invoiceNumber" in {field.name for field in model_of("invoices", document_key).fields}) is is_sent


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_is_updated_and_nulls_say_nothing(name: str) -> None:
    model = model_of(name)
    assert not [field.name for field in walk(model.fields) if field.updatable]
    assert model.nulls_are_unknown
    assert {*model.keys, *model.document_keys} - {"invoiceNumber"} <= {field.name for field in model.fields}


def test_only_what_reading_gives_back_is_compared() -> None:
    compared = {field.name for field in model_of("customers").fields if field.returned}
    assert compared == {
        "addresses", "bankAccounts", "companyName", "documentId", "number", "projectId", "vatId"
    }  # fmt: skip
    (lines,) = [field for field in model_of("invoices").fields if field.name == "lineItems"]
    assert {"accountCode", "taxType", "type", "unitName", "grossAmount"} == {
        field.name for field in lines.children if not field.returned
    }


def test_references_name_objects_and_their_keys() -> None:
    references = {field.name: field.reference for field in walk(model_of("invoices").fields) if field.reference}
    described = {name: (reference.type, reference.key, reference.sources) for name, reference in references.items()}
    assert described == {
        "contactId": ("customers", ("number",), ((("contact", "number"),),)),
        "itemId": ("items", ("itemNumber",), ((("item", "itemNumber"),),)),
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_the_schema_is_a_schema(name: str) -> None:
    schema = model_of(name).json_schema(create=True)
    Draft7Validator.check_schema(schema)
    assert not Draft7Validator(schema).is_valid({"addresses": "x", "lineItems": "x", "name": 1, "contactType": 1})


def test_kinds() -> None:
    kinds = {field.name: field.kind for field in walk(model_of("invoices").fields)}
    assert kinds["invoiceDate"] is FieldKind.DAY
    assert kinds["dueDate"] is FieldKind.DAY
    assert kinds["contactId"] is FieldKind.ID
    assert kinds["quantity"] is FieldKind.NUMBER
    assert kinds["taxRule"] is FieldKind.CHOICE
    assert kinds["lineItems"] is FieldKind.OBJECT


# --- on the wire ---

PERSON = {"firstName": "A", "emailAddresses": [{"email": "a@example.com", "type": "BUSINESS"}]}
ACCOUNT = {"iban": "DE02120300000000202051", "bic": None}


def wire(name: str, sent: dict[str, Any], form: PersonForm = PersonForm.TEXTS) -> dict[str, Any]:
    """The body of a create."""
    return body(model_of(name).fields, sent, form)


def test_contact_persons_in_both_forms() -> None:
    (texts,) = wire("customers", {"contactPersons": [PERSON]})["contactPersons"]
    assert texts == {"firstName": "A", "emailAddresses": ["a@example.com"]}
    (objects,) = wire("customers", {"contactPersons": [PERSON]}, PersonForm.OBJECTS)["contactPersons"]
    assert objects == PERSON
    assert PersonForm.TEXTS.other.other is PersonForm.TEXTS


def test_a_person_always_has_the_list_that_the_contract_requires() -> None:
    assert wire("customers", {"contactPersons": [{"lastName": "B"}]})["contactPersons"] == [
        {"lastName": "B", "emailAddresses": []}
    ]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, False),
        ({"contactPersons": None}, False),
        ({"contactPersons": [{"firstName": "A", "emailAddresses": []}]}, False),
        ({"contactPersons": [PERSON]}, True),
    ],
)
def test_the_form_is_in_question_only_with_channels(sent: dict[str, Any], expected: bool) -> None:
    assert has_channels(sent) is expected


def test_exactly_one_bank_account_is_sent() -> None:
    assert wire("customers", {"bankAccounts": [ACCOUNT]}) == {"bankAccount": {"iban": ACCOUNT["iban"]}}
    assert wire("customers", {"bankAccounts": [ACCOUNT, ACCOUNT]}) == {}
    assert wire("customers", {"bankAccounts": []}) == {}
    assert wire("customers", {"bankAccounts": [ACCOUNT], "bankAccount": {"iban": "X"}}) == {
        "bankAccount": {"iban": "X"}
    }


def test_bank_accounts_that_are_left_out_are_reported() -> None:
    (message,) = not_sent({"bankAccounts": [ACCOUNT, ACCOUNT]})
    assert "none of 2 bank accounts" in message
    assert not_sent({"bankAccounts": [ACCOUNT]}) == []
    assert not_sent({"bankAccounts": [ACCOUNT, ACCOUNT], "bankAccount": ACCOUNT}) == []


def test_days_are_written_as_in_the_documented_examples() -> None:
    assert wire("invoices", {"invoiceDate": "2026-01-31", "dueDate": "2026-02-28", "paidDate": None}) == {
        "invoiceDate": "2026-01-31T00:00:00Z",
        "dueDate": "2026-02-28T00:00:00Z",
    }
    assert wire("items", {"inventoryStartDate": "2026-01-31"}) == {"inventoryStartDate": "2026-01-31"}


def test_nulls_are_not_sent_at_any_depth() -> None:
    sent = {"name": None, "lineItems": [{"quantity": 1, "name": None, "dimensions": [{"id": None, "name": "x"}]}]}
    assert wire("invoices", sent) == {"lineItems": [{"quantity": 1, "dimensions": [{"name": "x"}]}]}


def test_every_class_of_the_contract_says_what_it_is() -> None:
    from sage_active.maesn import inputs

    classes = [
        member for _, member in inspect.getmembers(inputs, inspect.isclass) if member.__module__ == inputs.__name__
    ]
    assert all(member.__doc__ for member in classes)
