"""What writes accept: every member of the contract's inputs, with its marks.

Source: docs/reference/writing.md, "Marks of members".
"""

from collections.abc import Iterator, Mapping

import pytest
from graphql import GraphQLInputField, GraphQLInputObjectType, GraphQLObjectType, get_named_type

from sage_active.direct.contract import Contract
from sage_active.direct.field_facts import FACTS, FOUND_AT, IDENTITIES, IGNORED, PREFERRED, REFERENCES
from sage_active.direct.inputs import INSTRUCTIONS, write_model
from sage_active.markets import DIRECT
from sage_active.resources.mutations import find_mutation, in_row_names
from sage_active.resources.resource import CREATE, Resource
from sage_active.resources.table import offered
from sage_active.writing import FieldKind, Operation, Writable, WriteModel

CONTRACT = Contract()
WRITTEN = offered(DIRECT, CREATE)
TYPES = CONTRACT.schema.type_map
TEXTS = (FieldKind.TEXT, FieldKind.IDENTIFICATION)
# The maximum lengths of the vendor's documentation (docs/reference/writing.md, "Marks of members"): where -> member ->
# length.
THIRD_PARTY = {
    "code": 17,
    "socialName": 70,
    "tradeName": 70,
    "countryAcronym": 2,
    "documentId": 25,
    "vatNumber": 25,
    "nafApeCode": 7,
    "comments": 2000,
    "addresses.countryIsoCodeAlpha2": 2,
    "addresses.name": 50,
    "addresses.firstLine": 35,
    "addresses.secondLine": 35,
    "addresses.city": 35,
    "addresses.zipCode": 9,
    "addresses.province": 25,
    "contacts.name": 35,
    "contacts.surname": 35,
    "contacts.jobName": 35,
    "contacts.emails.emailAddress": 70,
    "contacts.phones.number": 20,
    "contacts.socialMedias.name": 30,
    "contacts.socialMedias.link": 100,
}
ADDRESS = {"countryIsoCodeAlpha2": 2, "name": 50, "firstLine": 35, "secondLine": 35, "city": 35, "zipCode": 9}
SALES_DOCUMENT = {
    "operationalNumber": 50,
    "socialName": 50,
    "countryAcronym": 2,
    "comments": 1000,
    "remarks": 1000,
    "externalReference": 20,
    "documentId": 20,
    "vatNumber": 20,
    "invoiceEmail": 50,
    "lines.productCode": 15,
    "lines.productName": 2500,
    **{f"{where}.{name}": length for where in ("mainAddress", "deliveryAddress") for name, length in ADDRESS.items()},
    **{f"{where}.province": 25 for where in ("mainAddress", "deliveryAddress")},
}
LENGTHS = {
    "customers": THIRD_PARTY | {"specialMention": 250},
    "suppliers": THIRD_PARTY,
    "items": {"code": 15, "name": 50, "lineDescription": 2500, "comments": 250},
    "invoices": SALES_DOCUMENT | {"salesOrderNumber": 250, "specialMention": 1000},
    "credit_notes": {"operationalNumber": 50, "comments": 1000, "remarks": 1000, "specialMention": 1000},
    "sales_orders": SALES_DOCUMENT,
    "quotes": SALES_DOCUMENT | {"contactName": 50, "contactPhone": 15, "contactEmail": 50, "declinedReason": 100},
    "delivery_notes": SALES_DOCUMENT,
    "bills": {"invoiceNumber": 50},
    "accounts": {"name": 100},
    "journals": {"code": 20, "name": 50},
    "journal_entries": {"documentNumber": 50, "description": 200, "accountingEntryLines.description": 200},
    "payments": {"documentNumber": 50, "description": 200},
    "bill_payments": {"documentNumber": 50, "description": 200},
    "payment_terms": {"name": 50},
    "payment_means": {"description": 20},
    "business_areas": {"name": 17},
    "files": {"fileName": 100, "comment": 255},
}
SALES_REQUIRED = {"lines", "lines.totalQuantity", "lines.unitPrice"}
PAID = {"entryDate", "paymentMethodId", "thirdPartyId"}
REQUIRED = {
    "customers": {"socialName", "addresses", "paymentTermLines.order", "paymentTermLines.value"},
    "suppliers": {"socialName", "addresses", "paymentTermLines.order", "paymentTermLines.value"},
    "items": {"code", "name"},
    "invoices": SALES_REQUIRED | {"customerId", "paymentTermLines.value"},
    "credit_notes": {"sourceSalesInvoiceId", "documentDate", "lines.productId", "lines.totalQuantity"},
    "sales_orders": SALES_REQUIRED | {"customerId"},
    "quotes": SALES_REQUIRED,
    "delivery_notes": SALES_REQUIRED | {"customerId"},
    "bills": {"vatLines", "vatLines.totalVat", "vatLines.totalVatBase"},
    "accounts": {"code"},
    "journals": {"code", "name", "type"},
    "journal_entries": {"date", "journalTypeCode", "accountingEntryLines", "accountingEntryLines.subAccountCode"},
    "payments": PAID | {"salesOpenItemLinkagePaidAmounts", "salesOpenItemLinkagePaidAmounts.paidAmount"},
    "bill_payments": PAID | {"purchaseOpenItemLinkagePaidAmounts", "purchaseOpenItemLinkagePaidAmounts.paidAmount"},
    "payment_terms": {"name", "lines.order", "lines.value"},
    "payment_means": {"description"},
    "business_areas": {"name"},
    "files": {"entityType"},
}


def model(resource: Resource) -> WriteModel:
    """What the object accepts."""
    assert resource.direct
    return write_model(CONTRACT, resource, resource.direct)


def walk(fields: tuple[Writable, ...], above: str = "") -> Iterator[tuple[str, Writable]]:
    """Every member at any depth, with its path."""
    for field in fields:
        yield f"{above}{field.name}", field
        yield from walk(field.children, f"{above}{field.name}.")


def inputs_below(declared: Mapping[str, GraphQLInputField], names: Mapping[str, str], above: str = "") -> Iterator[str]:
    """The paths of every member of an input. `names`: what the input calls those that rows have otherwise."""
    for name, member in declared.items():
        if name in INSTRUCTIONS:
            continue
        yield f"{above}{name}"
        named = get_named_type(member.type)
        if isinstance(named, GraphQLInputObjectType):
            yield from inputs_below(in_row_names(named, names), names, f"{above}{name}.")


@pytest.mark.parametrize("resource", WRITTEN, ids=lambda resource: str(resource.name))
def test_every_member_of_the_inputs_is_there(resource: Resource) -> None:
    assert resource.direct
    writable = dict(walk(model(resource).fields))
    lifecycle = resource.direct.lifecycle
    acts = {member for step in (lifecycle.steps if lifecycle else ()) for member in step.via_update}
    ignored = IGNORED.get(resource.direct.type, frozenset()) | acts
    for operation, has in ((Operation.CREATE, "creatable"), (Operation.UPDATE, "updatable")):
        mutation = find_mutation(CONTRACT.schema, resource.direct, operation)
        assert mutation or (DIRECT, operation.value) not in resource.built
        paths = set(inputs_below(mutation.inputs, mutation.names)) if mutation else set()
        paths = {path for path in paths if path.partition(".")[0] not in ignored}
        assert paths <= set(writable)
        assert {path for path, field in writable.items() if getattr(field, has)} == paths


@pytest.mark.parametrize("resource", WRITTEN, ids=lambda resource: str(resource.name))
def test_every_member_has_a_kind_and_the_marks_that_belong_to_it(resource: Resource) -> None:
    for path, field in walk(model(resource).fields):
        assert isinstance(field.kind, FieldKind), path
        assert (field.kind is FieldKind.OBJECT) == bool(field.children), path
        assert (field.kind is FieldKind.CHOICE) == bool(field.values), path
        assert field.max_length is None or field.kind in TEXTS, path
        assert not field.identity or field.many, path
        assert not field.reference or field.reference.is_code or field.kind is FieldKind.ID, path


@pytest.mark.parametrize("resource", WRITTEN, ids=lambda resource: str(resource.name))
def test_lists_of_children_can_be_matched(resource: Resource) -> None:
    for path, field in walk(model(resource).fields):
        if field.sums:
            assert {*field.sums.by, field.sums.added, field.sums.subtracted} <= {child.name for child in field.children}
        # What is never compared need not be.
        elif field.many and field.children and field.returned:
            assert field.identity, path
            names, identity = {child.name for child in field.children}, field.identity
            assert set(identity.members) <= names or {*identity.instead} & names, path
            # A child that is not the same in creates and updates would be refused as part of a patch.
            updatable = not field.complete
            assert all(child.creatable and child.updatable == updatable for child in field.children), path


@pytest.mark.parametrize("resource", WRITTEN, ids=lambda resource: str(resource.name))
def test_lengths_and_required_members_are_those_of_the_documentation(resource: Resource) -> None:
    fields = dict(walk(model(resource).fields))
    assert {path: field.max_length for path, field in fields.items() if field.max_length} == LENGTHS[resource.name]
    assert {path for path, field in fields.items() if field.required} == REQUIRED[resource.name]


@pytest.mark.parametrize("resource", WRITTEN, ids=lambda resource: str(resource.name))
def test_keys_can_be_written_read_and_looked_for(resource: Resource) -> None:
    write_model = model(resource)
    fields = {field.name: field for field in write_model.fields}
    alone = [key.members[0] for key in write_model.natural_keys if len(key.members) == 1]
    for name in (*alone, *write_model.document_keys, *([write_model.marker] if write_model.marker else [])):
        assert fields[name].kind in TEXTS
    via = {member for key in write_model.natural_keys for member in key.via}
    # A file says itself how large it is.
    measured = {write_model.uploading.size} if write_model.uploading else set()
    for name in {*write_model.key_members, *write_model.document_keys} - measured:
        assert fields[name].creatable
        assert fields[name].returned or name in via
    assert write_model.keys or write_model.marker


def test_the_tables_name_only_what_the_contract_has() -> None:
    # What is sent and never shown is in the inputs alone.
    every = {(type_name, name) for type_name, facts in FACTS.items() for name in facts if not facts[name].nameless}
    every |= set(REFERENCES) | {(type_name, member) for type_name, members in IGNORED.items() for member in members}
    every |= {
        (type_name, member)
        for type_name, identity in IDENTITIES.items()
        for member in (*identity.members, *identity.instead)
    }
    for type_name, member in every:
        owner = TYPES[type_name]
        assert isinstance(owner, GraphQLObjectType)
        # What only a create calls so is somewhere else in a row.
        facts = FACTS.get(type_name, {}).get(member)
        (first, *_) = FOUND_AT.get((type_name, member)) or (facts and facts.path) or (member,)
        assert first in owner.fields, (type_name, member)
    for reference in REFERENCES.values():
        assert reference.type in TYPES
    writable = {field.name for resource in WRITTEN for _, field in walk(model(resource).fields)}
    assert set(PREFERRED) | set(PREFERRED.values()) <= writable


def test_ids_of_other_entities_can_be_named_by_natural_key() -> None:
    nameless = {
        f"{resource.name}.{path}"
        for resource in WRITTEN
        for path, field in walk(model(resource).fields)
        if field.kind is FieldKind.ID and not field.references
    }
    # Origins of lines exist within one company only; an open item is named by its document.
    assert nameless == {
        *(
            f"{name}.lines.{member}"
            for name in ("invoices", "sales_orders", "quotes", "delivery_notes")
            for member in ("originId", "originLineId")
        ),
        "payments.salesOpenItemLinkagePaidAmounts.openItemId",
        "bill_payments.purchaseOpenItemLinkagePaidAmounts.openItemId",
    }
    marked = {
        f"{resource.name}.{path}"
        for resource in WRITTEN
        for path, field in walk(model(resource).fields)
        if field.nameless
    }
    assert marked == nameless


def test_the_json_schema_tells_what_a_create_needs() -> None:
    customers, items = (model(resource) for resource in WRITTEN if resource.name in ("customers", "items"))
    schema = customers.json_schema(create=True)
    assert schema["required"] == ["socialName", "addresses"]
    assert schema["properties"]["code"] == {"type": ["null", "string"], "maxLength": 17}
    assert schema["properties"]["gdprAppliedDate"] == {"type": ["null", "string"], "format": "date"}
    assert schema["properties"]["addresses"]["type"] == "array"
    assert schema["properties"]["customerType"]["enum"][-1] is None
    assert "obsolete" not in items.json_schema(create=True)["properties"]
    assert "obsolete" in items.json_schema(create=False)["properties"]
    assert items.json_schema(create=False)["required"] == []
