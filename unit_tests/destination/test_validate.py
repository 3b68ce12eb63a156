"""From an input record to what is sent: nothing odd gets through, nothing right is lost, no value is told."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.input.content import DECODER
from destination_sage_active.plan.content.validate import (
    UnresolvedReference,
    missing_required,
    unresolved_references,
    validate,
    with_ids,
)
from destination_sage_active.record.rejection import Rejected
from sage_active.writing import FieldKind, Reference, Writable
from unit_tests.destination.write_memory import INVOICES, ITEMS, model_of

CUSTOMERS = model_of("customers")
MODELS = {
    "customers": CUSTOMERS,
    "items": ITEMS,
    "invoices": INVOICES,
    "suppliers": model_of("suppliers"),
    "accounts": model_of("accounts"),
}
ENCODER = msgspec.json.Encoder(decimal_format="number")
SECRET = "PRIVATE"
ENDLESS = Decimal("1E+400")


def refused(record: dict[str, Any], model: str = "customers", **how: Any) -> Rejected:
    """Why a record is rejected."""
    with pytest.raises(Rejected) as raised:
        validate(MODELS[model].fields, record, **{"own_ids": True, **how})
    return raised.value


def sent(record: dict[str, Any], model: str = "customers", **how: Any) -> dict[str, Any]:
    """What is sent of a record."""
    return validate(MODELS[model].fields, record, **{"own_ids": True, **how})


# --- anything that JSON can hold ---

_LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.sampled_from([Decimal(text) for text in ("1E+400", "1E+999999", "-1E-400", "0.10", "-0", "1E+2")])
    | st.sampled_from(["", " ", "x" * 3000, "2026-01-31", "2026-99-99", "NaN", "Infinity", "1_0", "1e5", "\x00", "😀"])
    | st.text(max_size=5)
)
_ANY = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


def _records(fields: tuple[Writable, ...], depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Records whose members have anything for a value, often something of their own shape."""
    members: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields:
        value: st.SearchStrategy[Any] = _ANY
        if field.children and depth:
            below = _records(field.children, depth - 1)
            value = st.one_of(_ANY, st.lists(below, max_size=2) if field.many else below)
        members[field.name] = value
        if field.reference:
            for path in field.reference.sources[0]:
                members[str(path[0])] = _ANY | st.dictionaries(st.just(str(path[-1])), _ANY, max_size=1)
    return st.fixed_dictionaries({}, optional={"id": _ANY, **members})


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data(), own_ids=st.booleans())
def test_whatever_a_record_holds_it_is_sent_as_json_or_rejected_by_name(
    name: str, data: st.DataObject, own_ids: bool
) -> None:
    fields = MODELS[name].fields
    record = data.draw(_records(fields))
    try:
        values = validate(fields, record, own_ids=own_ids)
    except Rejected as reason:
        assert reason.field
        # A natural key is named as the record has it, beside the id that it stands for.
        paths = [path for field in fields if field.reference for source in field.reference.sources for path in source]
        members = {field.name for field in fields} | {str(path[0]) for path in paths}
        assert reason.field.split(".")[0].split("[")[0] in members
        return
    needs = list(unresolved_references(values))
    assert own_ids or not any(need.member.endswith(".id") for need in needs)
    ids = {(need.reference.type, need.key): "found" for need in needs}
    complete = with_ids(values, ids)
    assert list(unresolved_references(complete)) == []
    json.loads(ENCODER.encode(complete))
    found = missing_required(fields, complete)
    assert found is None or isinstance(found, str)


@given(value=_ANY)
def test_reasons_tell_no_values(value: Any) -> None:
    for name in ("socialName", "discount", "disabled", "gdprAppliedDate", "customerType", "addresses", "contacts"):
        for wrapped in (
            {name: SECRET},
            {name: [SECRET]},
            {name: {SECRET: SECRET}},
            {name: [{"name": {SECRET: value}}]},
        ):
            try:
                sent(wrapped)
            except Rejected as reason:
                assert SECRET not in f"{reason.field} {reason.reason}"


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"customer": {"code": ENDLESS}}, "customer.code"),
        ({"mainAddress": {"country": {"isoCodeAlpha2": ENDLESS}}}, "mainAddress.country.isoCodeAlpha2"),
        ({"lines": [{}, {"product": {"code": ENDLESS}}]}, "lines[1].product.code"),
    ],
)
def test_a_number_that_is_too_long_for_a_code_is_rejected_where_the_record_has_it(
    record: dict[str, Any], field: str
) -> None:
    for own_ids in (True, False):
        reason = refused(record, "invoices", own_ids=own_ids)
        assert reason.field == field
        assert "more than 100 digits; correct it, or send it as text" in reason.reason


# --- kinds ---


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (FieldKind.TEXT, 4711, "4711"),
        (FieldKind.TEXT, Decimal("12.50"), "12.5"),
        (FieldKind.NUMBER, " 1.50 ", Decimal("1.50")),
        (FieldKind.NUMBER, "-1.", Decimal("-1")),
        (FieldKind.NUMBER, "+.5E-3", Decimal("0.0005")),
        (FieldKind.NUMBER, Decimal("12345678901234567.890"), Decimal("12345678901234567.890")),
        (FieldKind.INTEGER, Decimal("30.0"), 30),
        (FieldKind.DAY, "2026-01-31", "2026-01-31"),
        (FieldKind.DAY, "2026-01-31T00:00:00Z", "2026-01-31"),
        (FieldKind.DAY, "0001-01-01T00:00:00", None),
        (FieldKind.MOMENT, "2026-01-31T10:00:00+01:00", "2026-01-31T10:00:00+01:00"),
        (FieldKind.FLAG, False, False),
    ],
)
def test_values_that_are_taken(kind: FieldKind, value: Any, expected: Any) -> None:
    ((_, taken),) = validate((Writable("x", kind),), {"x": value}, own_ids=True).items()
    assert taken == expected
    assert type(taken) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.TEXT, True),
        (FieldKind.TEXT, ["a"]),
        (FieldKind.NUMBER, True),
        (FieldKind.NUMBER, "NaN"),
        (FieldKind.NUMBER, "Infinity"),
        (FieldKind.NUMBER, "1_000.5"),
        (FieldKind.NUMBER, "1,5"),
        (FieldKind.NUMBER, "١٢"),
        (FieldKind.NUMBER, "1e9999999999999999999"),
        (FieldKind.NUMBER, "twelve"),
        (FieldKind.INTEGER, Decimal("1.5")),
        (FieldKind.INTEGER, Decimal("1E+999999999")),
        (FieldKind.INTEGER, 2**31),
        (FieldKind.INTEGER, "1"),
        (FieldKind.FLAG, 2),
        (FieldKind.FLAG, "yes"),
        (FieldKind.DAY, "31.01.2026"),
        (FieldKind.DAY, 20260131),
        (FieldKind.MOMENT, "0000-01-01T00:00:00Z"),
        (FieldKind.ID, 7),
    ],
)
def test_values_that_are_rejected(kind: FieldKind, value: Any) -> None:
    with pytest.raises(Rejected) as raised:
        validate((Writable("x", kind),), {"x": value}, own_ids=True)
    assert raised.value.field == "x"


def test_numbers_of_a_record_keep_every_digit() -> None:
    values = sent(DECODER.decode(b'{"discount": 0.10, "paymentTermLines": [{"order": 0, "value": 33.330}]}'))
    assert ENCODER.encode(values) == b'{"discount":0.10,"paymentTermLines":[{"order":0,"value":33.330}]}'


# --- null, blank and missing ---


def test_null_clears_and_what_is_missing_is_not_sent() -> None:
    assert sent({"tradeName": None}) == {"tradeName": None}
    assert sent({}) == {}


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_nothing_is_sent_where_the_api_takes_none_or_has_a_default(nothing: str | None) -> None:
    assert sent({"code": nothing, "socialName": nothing, "countryAcronym": nothing}) == {}
    assert sent({"code": None, "printNameOnPdf": None, "nonIdentifiedCustomer": None}) == {}


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_id_that_is_blank_is_none(nothing: str | None) -> None:
    for own_ids in (True, False):
        assert sent({"businessAreaId": nothing}, own_ids=own_ids) == {"businessAreaId": None}


def test_members_that_no_write_accepts_are_passed_over() -> None:
    record = {
        "company_id": "c",
        "updated_at": None,
        "viesCode": "DE",
        "status": "ENABLED",
        "id": "1",
        "socialName": "A",
    }
    assert sent(record) == {"socialName": "A"}
    assert sent(
        {"operationalNumber": "F1", "comments": "c"}, "invoices", left_out=frozenset({"operationalNumber"})
    ) == {"comments": "c"}


def test_what_a_create_lacks_is_named_at_any_depth() -> None:
    assert missing_required(CUSTOMERS.fields, {}) == "socialName"
    assert missing_required(CUSTOMERS.fields, {"socialName": "A"}) == "addresses"
    assert missing_required(CUSTOMERS.fields, {"socialName": "A", "addresses": []}) is None, "left to the server"
    assert missing_required(CUSTOMERS.fields, {"socialName": "A", "addresses": [{}]}) is None
    line = {"totalQuantity": 0, "unitPrice": 0}
    for lacking in line:
        lines = [line, {name: value for name, value in line.items() if name != lacking}]
        assert missing_required(INVOICES.fields, {"customerId": "c", "lines": lines}) == f"lines[1].{lacking}"


def test_too_long_and_unknown_members_are_named_with_what_is_allowed() -> None:
    reason = refused({"contacts": [{}, {"emails": [{"emailAddress": "x" * 71}]}]})
    assert (reason.field, reason.reason) == (
        "contacts[1].emails[0].emailAddress",
        "has 71 characters; Sage Active takes at most 70",
    )
    assert "BUSINESS, INDIVIDUAL" in refused({"customerType": SECRET}).reason


# --- references ---


def test_an_id_of_another_company_needs_its_natural_key() -> None:
    foreign = {"customerId": "of-another", "customer": {"id": "of-another", "code": "10001"}}
    need = sent(foreign, "invoices", own_ids=False)["customerId"]
    assert isinstance(need, UnresolvedReference)
    assert (need.reference.type, need.key, need.member) == ("Customer", ("10001",), "customerId")
    assert sent(foreign, "invoices")["customerId"] == "of-another"
    reason = refused({"customerId": "of-another"}, "invoices", own_ids=False)
    assert reason.field == "customerId"
    assert "`customer.code`" in reason.reason


def test_natural_keys_are_taken_whole_and_by_preference() -> None:
    def line(**members: Any) -> Any:
        return sent({"lines": [members]}, "invoices", own_ids=False)["lines"][0].get("productId")

    assert line(product={"code": "P1"}, productCode="P2").key == ("P1",)
    assert line(product={"code": ""}, productCode=" P2 ").key == ("P2",)
    assert line(productName="no product at all") is None
    account = {"defaultAccountingAccount": {"code": {"value": 4400}}}
    assert sent(account, own_ids=False)["defaultAccountingAccountId"].key == ("4400",)
    category = {"transactionCategory": {"reason": "Rent"}}
    assert sent(category, "suppliers", own_ids=False) == {}
    taxes = {"taxes": [{"group": {"taxGroupCode": "N"}}]}
    assert sent(taxes, "items", own_ids=False)["taxGroupId"].key == ("N",)
    assert sent({"taxes": []}, "items", own_ids=False) == {}


def test_one_way_of_naming_a_country_is_enough() -> None:
    address = {"countryId": "of-another", "country": {"isoCodeAlpha2": "DE"}, "countryIsoCodeAlpha2": "DE"}
    assert sent({"addresses": [address]}, own_ids=False) == {"addresses": [{"countryIsoCodeAlpha2": "DE"}]}
    by_name = sent({"addresses": [{"country": {"isoCodeAlpha2": "DE"}}]}, own_ids=False)
    assert by_name["addresses"][0]["countryId"].reference.type == "Country"


def test_children_keep_their_ids_within_their_own_company_only() -> None:
    record = {"addresses": [{"id": "a1", "city": "Köln"}]}
    assert sent(record) == {"addresses": [{"id": "a1", "city": "Köln"}]}
    assert sent(record, own_ids=False) == {"addresses": [{"city": "Köln"}]}


def test_what_was_looked_up_takes_its_place() -> None:
    reference = Reference("Product", ("code",), ())
    values = {"lines": [{"productId": UnresolvedReference(reference, ("P",), "lines[0].productId"), "unitPrice": 1}]}
    assert with_ids(values, {("Product", ("P",)): "p1"}) == {"lines": [{"productId": "p1", "unitPrice": 1}]}
    with pytest.raises(KeyError):
        with_ids(values, {})
