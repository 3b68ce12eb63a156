"""Names of members in other spellings, shapes of warehouses, and what is said of members that nothing is made of."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.plan.content.members import Members
from destination_sage_active.plan.content.validate import validate
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.spelling import folded, same_name
from destination_sage_active.report.notices import Notices
from sage_active.maesn.inputs import write_model
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import WriteModel
from unit_tests.destination.write_memory import INVOICES, ITEMS, model_of


def maesn_model(name: str) -> WriteModel:
    """What Maesn accepts of an object."""
    resource = RESOURCE_BY_NAME[name]
    assert resource.maesn
    return write_model(resource, resource.maesn)


CUSTOMERS = model_of("customers")
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
ADDRESS = {"name": "Main", "firstLine": "Weg 1", "countryIsoCodeAlpha2": "DE"}
CUSTOMER = {
    "id": ID,
    "code": "10600",
    "socialName": "Buyer",
    "disabled": True,
    "addresses": [ADDRESS],
    "contacts": [{"name": "A", "emails": [{"emailAddress": "a@example.com", "isDefault": True}]}],
    "defaultAccountingAccount": {"code": "1400"},
}
INVOICE = {
    "externalReference": "PO-7",
    "customer": {"code": "10600"},
    "lines": [{"product": {"code": "P1"}, "totalQuantity": 1, "unitPrice": 10}],
}
ITEM = {"code": "P1", "name": "Part", "taxes": [{"group": {"taxGroupCode": "19"}}]}
MAESN_INVOICE = {
    "reference": "R",
    "contact": {"number": "1"},
    "lineItems": [{"item": {"itemNumber": "P"}, "quantity": 1, "unitAmount": 2}],
}
RECORDS: list[tuple[WriteModel, dict[str, Any]]] = [
    (CUSTOMERS, CUSTOMER),
    (INVOICES, INVOICE),
    (ITEMS, ITEM),
    (maesn_model("invoices"), MAESN_INVOICE),
]


def snake(name: str) -> str:
    """`socialName` as social_name."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


SPELLINGS: list[Callable[[str], str]] = [str, str.upper, str.lower, snake, lambda name: snake(name).upper()]


def respelt(value: Any, draw: Callable[[], Callable[[str], str]]) -> Any:
    """The value with other names, and now and then its parts as JSON text."""
    if isinstance(value, dict):
        return {draw()(name): respelt(inner, draw) for name, inner in value.items()}
    return [respelt(element, draw) for element in value] if isinstance(value, list) else value


def understood(model: WriteModel, record: dict[str, Any], used: tuple[str, ...] = ()) -> tuple[Any, Members]:
    """What is sent of a record, and what was found out about its members."""
    members = Members(model, used)
    members.complete(record)
    return validate(model.fields, record, own_ids=True), members


@pytest.mark.parametrize(("model", "record"), RECORDS)
@given(data=st.data())
def test_a_record_is_the_same_in_any_spelling(model: WriteModel, record: dict[str, Any], data: st.DataObject) -> None:
    sent, members = understood(model, respelt(record, lambda: data.draw(st.sampled_from(SPELLINGS))))
    assert sent == validate(model.fields, record, own_ids=True)
    assert not members.ignored


@given(as_text=st.sets(st.sampled_from(["addresses", "contacts", "defaultAccountingAccount"])))
def test_lists_and_objects_may_be_json_text(as_text: set[str]) -> None:
    record = {name: json.dumps(value) if name in as_text else value for name, value in CUSTOMER.items()}
    sent, _ = understood(CUSTOMERS, record)
    assert sent == validate(CUSTOMERS.fields, CUSTOMER, own_ids=True)


@pytest.mark.parametrize("text", ["[", "{}", "null", "[" * 100000, '[{"name": NaN}]', ""])
def test_text_that_is_not_a_list_is_rejected(text: str) -> None:
    with pytest.raises(Rejected) as raised:
        understood(CUSTOMERS, {**CUSTOMER, "addresses": text})
    assert raised.value.field == "addresses"


@pytest.mark.parametrize(("value", "flag"), [(0, False), (1, True), ("true", True), ("False", False), ("1", True)])
def test_flags(value: Any, flag: bool) -> None:
    assert validate(CUSTOMERS.fields, {"disabled": value}, own_ids=True) == {"disabled": flag}


def test_codes_and_enumerations_in_any_case() -> None:
    record = {"customerType": "individual", "countryAcronym": "at", "addresses": [{"countryIsoCodeAlpha2": "de"}]}
    sent = validate(CUSTOMERS.fields, record, own_ids=True)
    expected = {"customerType": "INDIVIDUAL", "countryAcronym": "AT", "addresses": [{"countryIsoCodeAlpha2": "DE"}]}
    assert sent == expected
    (address,) = validate(CUSTOMERS.fields, {"addresses": [{"country": {"isoCodeAlpha2": "fr"}}]}, own_ids=False)[
        "addresses"
    ]
    assert address["countryId"].key == ("FR",)
    maesn = maesn_model("customers")
    sent = validate(maesn.fields, {"addresses": [{"countryCode": "es", "type": "billing"}]}, own_ids=True)
    assert sent == {"addresses": [{"countryCode": "ES", "type": "BILLING"}]}


@pytest.mark.parametrize("channel", ["a@example.com", {"email": "a@example.com"}])
def test_channels_of_maesns_contact_persons_are_texts_or_objects(channel: Any) -> None:
    persons = [{"firstName": "A", "emailAddresses": [channel], "phoneNumbers": ["123"]}]
    sent, members = understood(maesn_model("customers"), {"contactPersons": persons})
    (person,) = sent["contactPersons"]
    assert (person["emailAddresses"], person["phoneNumbers"]) == ([{"email": "a@example.com"}], [{"number": "123"}])
    assert not members.ignored


# --- which name counts ---


def test_the_exact_name_comes_first() -> None:
    sent, members = understood(CUSTOMERS, {"SOCIALNAME": "other", "socialName": "exact"})
    assert sent == {"socialName": "exact"}
    assert members.ignored == {"SOCIALNAME": "socialName"}


def test_two_spellings_of_one_member() -> None:
    sent, _ = understood(CUSTOMERS, {"SOCIALNAME": None, "social_name": "x"})
    assert sent == {"socialName": "x"}
    with pytest.raises(Rejected) as raised:
        understood(CUSTOMERS, {"SOCIALNAME": "x", "social_name": "y"})
    assert raised.value.field == "socialName"


def test_a_number_of_another_system_is_not_an_id() -> None:
    record = {"customer_id": "4711", "customer": {"code": "10600"}}
    sent, members = understood(INVOICES, record)
    assert sent["customerId"].key == ("10600",)
    assert members.ignored == {"customer_id": "customerId"}
    assert understood(INVOICES, {"CUSTOMERID": ID})[0] == {"customerId": ID}


def test_keys_of_the_catalog_are_found_in_either_spelling() -> None:
    record: dict[str, Any] = {"CODE": "A", "order_no": "7"}
    understood(CUSTOMERS, record, ("CODE", "ORDER_NO"))
    assert (record["CODE"], record["code"], record["ORDER_NO"]) == ("A", "A", "7")
    # Another system's key, under the name of the API's own.
    record = {"ID": "x1"}
    assert not understood(INVOICES, record, ("id",))[1].ignored
    assert record["id"] == "x1"
    # The primary key of another system is not an identification number.
    sent, members = understood(INVOICES, {"document_id": "42"}, ("document_id",))
    assert sent == {}
    assert not members.ignored


@pytest.mark.parametrize("name", ["_airbyte_raw_id", "_AB_CDC_DELETED_AT", "__deleted", "_id", "updated_at", "status"])
def test_columns_of_platforms_and_what_the_source_emits_are_quiet(name: str) -> None:
    sent, members = understood(CUSTOMERS, {"socialName": "x", name: "anything"})
    assert sent == {"socialName": "x"}
    assert not members.ignored


def test_names() -> None:
    assert folded("Social_Name") == folded("SOCIALNAME") == "socialname"
    assert folded("_code") is None
    assert same_name("CODE", ["code", "documentId"]) == "code"
    assert same_name("x", ["code"]) == "x"


# --- what is said ---


def warnings_of(record: dict[str, Any], caplog: pytest.LogCaptureFixture, model: WriteModel = CUSTOMERS) -> list[str]:
    """The warnings after a record has come twice."""
    members = Members(model, ())
    for _ in range(2):
        members.complete(json.loads(json.dumps(record)))
    with caplog.at_level(logging.INFO):
        Notices(logging.getLogger("airbyte")).tell({(None, "rows"): members})
    return [log_record.getMessage() for log_record in caplog.records if log_record.levelno == logging.WARNING]


def test_members_that_nothing_is_made_of_are_named_once(caplog: pytest.LogCaptureFixture) -> None:
    record = {**CUSTOMER, "tradNam": "x", "qqq": 1, "addresses": [{**ADDRESS, "nmae": "y"}, {"nmae": "z"}]}
    (warning,) = warnings_of(record, caplog)
    assert "`tradNam` (did you mean `tradeName`?)" in warning
    assert "`addresses[].nmae` (did you mean `name`?)" in warning
    assert "`qqq`" in warning
    assert "`qqq` (" not in warning


def test_a_member_in_the_wrong_place_is_named_with_the_right_one(caplog: pytest.LogCaptureFixture) -> None:
    (warning,) = warnings_of({"number": "1", "iban": "DE"}, caplog, maesn_model("customers"))
    assert "`iban` (did you mean `bankAccount.iban`?)" in warning


def test_what_is_said_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    (warning,) = warnings_of({f"x{number}" + "\n`q" * 100: number for number in range(3000)}, caplog)
    assert len(warning) < 2000
    assert "\n" not in warning
    assert "more" in warning


def test_nothing_is_said_where_all_is_known(caplog: pytest.LogCaptureFixture) -> None:
    assert warnings_of(CUSTOMER, caplog) == []
    assert caplog.records == []
