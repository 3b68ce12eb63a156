"""Creating, updating and deleting customers and suppliers: defaults, codes, unique numbers, children, country rules."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit_tests.sandbox.conftest import Api

UNKNOWN = "00000000-0000-0000-0000-000000000001"
PARTY: dict[str, Any] = {"socialName": "Neu", "addresses": [{"city": "Ulm"}]}
CHILDREN = "id addresses{id city} contacts{id surname emails{id emailAddress}}"


def test_a_customer_has_the_documented_defaults(market_api: Api) -> None:
    selection = (
        "id code sourceType status customerType countryAcronym viesCode documentType{code} gdprApplied disabled "
        "defaultAccountingAccount{subAccountType} addresses{isMainAddress countryIsoCodeAlpha2} creationDate "
        "modificationDate nonIdentifiedCustomer printNameOnPdf"
    )
    row = market_api.write("createCustomer", PARTY, selection)
    market = market_api.market
    assert row["code"]
    assert (row["sourceType"], row["status"], row["customerType"]) == ("PUBLIC_API", "ENABLED", "BUSINESS")
    assert (row["countryAcronym"], row["viesCode"], row["documentType"]["code"]) == (market, market, "01")
    assert row["defaultAccountingAccount"] == {"subAccountType": "CUSTOMER"}
    assert row["addresses"] == [{"isMainAddress": True, "countryIsoCodeAlpha2": None}]
    assert row["creationDate"] is not None
    assert row["modificationDate"] is None
    assert not any(row[name] for name in ("gdprApplied", "disabled", "nonIdentifiedCustomer", "printNameOnPdf"))


def test_a_supplier_has_an_account_of_its_kind_and_what_its_category_brings(market_api: Api) -> None:
    category = next(row for row in market_api.rows("TransactionCategory") if row["type"] == "PURCHASE")
    row = market_api.write(
        "createSupplier",
        {**PARTY, "transactionCategoryId": category["id"]},
        "code defaultAccountingAccount{subAccountType} defaultPurchaseAccountId taxTreatmentId",
    )
    assert row["defaultAccountingAccount"] == {"subAccountType": "PROVIDER"}
    assert row["defaultPurchaseAccountId"] == category["accountingAccountId"]
    assert row["taxTreatmentId"] == (category["taxTreatmentId"] if market_api.market == "ES" else None)


@pytest.mark.parametrize(
    ("country", "acronym", "vies", "document_type"), [("AT", "AT", "AT", "02"), ("CH", "CH", None, "06")]
)
def test_the_address_decides_on_country_and_document_type(
    api: Api, country: str, acronym: str, vies: str | None, document_type: str
) -> None:
    sent = {"socialName": "Fern", "addresses": [{"countryIsoCodeAlpha2": country}]}
    row = api.write("createCustomer", sent, "countryAcronym viesCode documentType{code}")
    assert row == {"countryAcronym": acronym, "viesCode": vies, "documentType": {"code": document_type}}


@pytest.mark.parametrize(
    ("mutation", "code"),
    [
        ("createCustomer", "9999"),
        ("createCustomer", "70000"),
        ("createCustomer", "1000A"),
        ("createSupplier", "69999"),
        ("createSupplier", "100000"),
    ],
)
def test_german_codes_are_numbers_in_a_range(api: Api, mutation: str, code: str) -> None:
    assert api.refusal(mutation, {**PARTY, "code": code}) == ["global.businessErrors.undocumented_codeOutOfRange"]


def test_codes_are_free_in_other_markets_and_unique_in_all(market_api: Api) -> None:
    code = "69990" if market_api.market == "DE" else "KUNDE-1"
    assert market_api.write("createCustomer", {**PARTY, "code": code}, "code") == {"code": code}
    assert market_api.refusal("createCustomer", {**PARTY, "code": code}) == [
        "global.businessErrors.undocumented_codeAlreadyExists"
    ]


def test_assigned_codes_are_never_given_out_again(api: Api) -> None:
    first = api.write("createCustomer", PARTY, "id code")
    api.write("deleteCustomer", {"id": first["id"]})
    assert api.write("createCustomer", PARTY, "code")["code"] != first["code"]


def test_manual_codes_are_mandatory_except_in_germany(market_api: Api) -> None:
    market_api.sandbox.switches.third_party_codes = "manual"
    german = market_api.market == "DE"
    assert market_api.data("{thirdPartyCodeModeSettings{supplierCodeIsManual}}") == {"supplierCodeIsManual": not german}
    if german:
        assert market_api.write("createSupplier", PARTY, "code")["code"].isdigit()
    else:
        assert market_api.refusal("createSupplier", PARTY) == ["global.businessErrors.undocumented_codeIsMandatory"]


@pytest.mark.parametrize(("member", "value"), [("documentId", "12345678901"), ("vatNumber", "DE811111111")])
def test_numbers_are_unique_with_the_published_keys(api: Api, member: str, value: str) -> None:
    key = f"global.businessErrors.{member}AlreadyExistInOrganization"
    first = api.write("createCustomer", {**PARTY, member: value})
    assert api.refusal("createCustomer", {**PARTY, member: value}) == [key]
    other = api.write("createCustomer", PARTY)
    assert api.refusal("updateCustomer", {"id": other["id"], member: value}) == [key]
    api.write("updateCustomer", {"id": first["id"], member: value, "comments": "its own number"})
    supplier = api.write("createSupplier", {**PARTY, member: value})
    api.write("deleteSupplier", {"id": supplier["id"]})
    api.sandbox.switches.third_party_numbers_unique = "organization"
    assert api.refusal("createSupplier", {**PARTY, member: value}) == [key]
    api.write("deleteCustomer", {"id": first["id"]})


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"socialName": " "}, "mandatoryField"),
        ({"socialName": "x" * 71}, "maximumLength"),
        ({"addresses": [{"firstLine": "x" * 36}]}, "maximumLength"),
        ({"addresses": [{"countryIsoCodeAlpha2": "QQ"}]}, "referenceNotFound"),
        ({"contacts": [{"emails": [{"emailAddress": "x" * 71}]}]}, "maximumLength"),
        ({"contacts": [{"jobAreaId": UNKNOWN}]}, "referenceNotFound"),
        ({"businessAreaId": UNKNOWN}, "referenceNotFound"),
        ({"paymentTermLines": [{"order": 0, "value": 101, "type": "PERCENTAGE"}]}, "valueOutOfRange"),
        ({"paymentTermLines": [{"order": 1, "value": 0, "type": "REMAINING_AMOUNT"}]}, "remainingAmountMustBeLast"),
        ({"nonIdentifiedCustomer": True}, "nonIdentifiedNeedsIndividual"),
        ({"documentId": "123"}, "documentIdInvalid"),
    ],
)
def test_refused_customers_leave_nothing(api: Api, sent: dict[str, Any], reason: str) -> None:
    before = len(api.rows("Customer"))
    assert api.refusal("createCustomer", {**PARTY, **sent}) == [f"global.businessErrors.undocumented_{reason}"]
    assert len(api.rows("Customer")) == before


def test_references_belong_to_the_same_organization(api: Api) -> None:
    other = next(
        company
        for company in api.sandbox.store.companies.values()
        if company.usable and company.market == "DE" and company.id != api.company.id
    )
    foreign = next(iter(other.tables["BusinessArea"]))
    assert api.refusal("createCustomer", {**PARTY, "businessAreaId": foreign}) == [
        "global.businessErrors.undocumented_referenceNotFound"
    ]


def test_the_default_account_is_of_the_right_kind(api: Api) -> None:
    account = next(row for row in api.rows("AccountingAccount") if row["subAccountType"] == "BANK")
    assert api.refusal("createCustomer", {**PARTY, "defaultAccountingAccountId": account["id"]}) == [
        "global.businessErrors.undocumented_referenceNotAllowed"
    ]


def test_without_default_accounts_germany_demands_one(market_api: Api) -> None:
    market_api.sandbox.switches.default_accounts = False
    if market_api.market == "DE":
        key = "global.businessErrors.undocumented_defaultAccountIsMandatory"
        assert market_api.refusal("createCustomer", PARTY) == [key]
    else:
        row = market_api.write("createCustomer", PARTY, "defaultAccountingAccountId")
        assert row == {"defaultAccountingAccountId": None}


@pytest.mark.parametrize("setting", ["recommended", "mandatory"])
def test_vat_number_of_third_parties_from_the_single_market(market_api: Api, setting: Any) -> None:
    market_api.sandbox.switches.vies_vat_number = setting
    sent = {"socialName": "Roma", "addresses": [{"countryIsoCodeAlpha2": "IT"}]}
    if setting == "mandatory":
        key = "global.businessErrors.undocumented_vatNumberIsMandatory"
        assert market_api.refusal("createSupplier", sent) == [key]
    else:
        assert market_api.write("createSupplier", sent)["id"]
    outside = {"socialName": "Bern", "addresses": [{"countryIsoCodeAlpha2": "CH"}]}
    assert market_api.write("createSupplier", outside)["id"]


@pytest.mark.parametrize(("market", "good", "bad"), [
    ("DE", "12345678902", "1234567890"), ("ES", "B12345678", "12345"), ("FR", "123456789", "1234567890")
])  # fmt: skip
def test_shape_of_domestic_document_ids(api: Api, market: str, good: str, bad: str) -> None:
    client = Api(api.sandbox, market)
    client.write("createCustomer", {**PARTY, "documentId": good})
    assert client.refusal("createCustomer", {**PARTY, "documentId": bad}) == [
        "global.businessErrors.undocumented_documentIdInvalid"
    ]
    client.sandbox.switches.document_id_shape = "any"
    client.write("createCustomer", {**PARTY, "documentId": bad})
    client.session.close()


def test_parties_without_address(api: Api) -> None:
    assert api.write("createCustomer", {"socialName": "Leer", "addresses": []}, "addresses{id}") == {"addresses": []}
    api.sandbox.switches.empty_children = "refused"
    assert api.refusal("createCustomer", {"socialName": "Leer", "addresses": []}) == [
        "global.businessErrors.undocumented_mandatoryField"
    ]


def test_an_update_changes_what_was_sent_and_clears_with_null(api: Api) -> None:
    sent = {**PARTY, "comments": "a", "tradeName": "b", "discount": 2.5}
    row_id = api.write("createCustomer", sent)["id"]
    changed = api.write(
        "updateCustomer",
        {"id": row_id, "comments": None, "tradeName": "c"},
        "comments tradeName discount modificationDate",
    )
    assert (changed["comments"], changed["tradeName"], float(changed["discount"])) == (None, "c", 2.5)
    assert changed["modificationDate"] is not None
    assert api.refusal("updateCustomer", {"id": row_id, "socialName": None}) == [
        "global.businessErrors.undocumented_mandatoryField"
    ]
    assert api.refusal("updateCustomer", {"id": UNKNOWN, "comments": "x"}) == [
        "global.businessErrors.undocumented_recordNotFound"
    ]


def test_fixed_members_are_ignored_or_refused(api: Api) -> None:
    row = api.write("createCustomer", PARTY, "id code")
    assert api.write("updateCustomer", {"id": row["id"], "code": "60001"}, "code") == {"code": row["code"]}
    api.sandbox.switches.fixed_members = "refused"
    assert api.refusal("updateCustomer", {"id": row["id"], "code": "60001"}) == [
        "global.businessErrors.undocumented_fieldNotModifiable"
    ]
    assert api.write("updateCustomer", {"id": row["id"], "code": row["code"]}, "code") == {"code": row["code"]}


def test_disabling_sets_status_and_day(api: Api) -> None:
    row_id = api.write("createSupplier", PARTY)["id"]
    row = api.write("updateSupplier", {"id": row_id, "disabled": True}, "status disabledDate")
    assert row["status"] == "DISABLED"
    assert row["disabledDate"].endswith("T00:00:00.000Z")


def test_children_are_patched_by_their_identity(api: Api) -> None:
    row = api.write(
        "createCustomer",
        {
            "socialName": "Kinder",
            "addresses": [{"city": "A", "countryIsoCodeAlpha2": "DE"}, {"city": "B"}],
            "contacts": [{"surname": "X", "emails": [{"emailAddress": "x@example.de"}]}],
        },
        CHILDREN,
    )
    first, second = row["addresses"]
    contact = row["contacts"][0]
    changed = api.write(
        "updateCustomer",
        {
            "id": row["id"],
            "addresses": [
                {"id": second["id"], "city": "B2", "requestedAction": "MODIFY"},
                {"id": first["id"], "requestedAction": "DELETE"},
                {"city": "C"},
            ],
            "contacts": [{"id": contact["id"], "emails": [{"emailAddress": "y@example.de"}]}],
        },
        CHILDREN + " addresses{isMainAddress creationDate modificationDate}",
    )
    assert [address["city"] for address in changed["addresses"]] == ["B2", "C"]
    assert changed["addresses"][0]["id"] == second["id"]
    assert [address["isMainAddress"] for address in changed["addresses"]] == [True, False]
    assert changed["addresses"][0]["modificationDate"] is not None
    assert changed["addresses"][1]["modificationDate"] is None
    assert [email["emailAddress"] for email in changed["contacts"][0]["emails"]] == ["x@example.de", "y@example.de"]
    assert api.refusal("updateCustomer", {"id": row["id"], "addresses": [{"id": first["id"], "city": "Z"}]}) == [
        "global.businessErrors.undocumented_childNotFound"
    ]


def test_replace_all_replaces_the_collection(api: Api) -> None:
    row = api.write(
        "createSupplier",
        {**PARTY, "contacts": [{"surname": "A", "emails": [{"emailAddress": "a@example.de"}]}, {"surname": "B"}]},
        CHILDREN,
    )
    kept = row["contacts"][0]
    inner = {"id": kept["id"], "replaceAll": ["EMAILS"], "emails": [{"emailAddress": "b@example.de"}]}
    changed = api.write(
        "updateSupplier",
        {"id": row["id"], "replaceAll": ["CONTACTS"], "contacts": [inner, {"surname": "C"}]},
        CHILDREN,
    )
    assert [contact["surname"] for contact in changed["contacts"]] == ["A", "C"]
    assert changed["contacts"][0]["id"] == kept["id"]
    assert [email["emailAddress"] for email in changed["contacts"][0]["emails"]] == ["b@example.de"]
    assert [address["id"] for address in changed["addresses"]] == [address["id"] for address in row["addresses"]]


@pytest.mark.parametrize("moves", [True, False])
def test_the_parents_date_moves_with_its_children_or_not(api: Api, moves: bool) -> None:
    api.sandbox.switches.parent_dates_move = moves
    row = api.write("createCustomer", PARTY, CHILDREN)
    only_child = {"id": row["id"], "addresses": [{"id": row["addresses"][0]["id"], "city": "Neu-Ulm"}]}
    changed = api.write("updateCustomer", only_child, "modificationDate addresses{city modificationDate}")
    assert changed["addresses"][0]["city"] == "Neu-Ulm"
    assert changed["addresses"][0]["modificationDate"] is not None
    assert (changed["modificationDate"] is not None) == moves
    updated = api.write("updateCustomer", {"id": row["id"], "comments": "x"}, "modificationDate")
    assert updated["modificationDate"] is not None


def test_country_and_contact_twins_follow_each_other(api: Api) -> None:
    austria = next(row for row in api.rows("Country") if row["isoCodeAlpha2"] == "AT")
    selection = "id addresses{id countryId countryIsoCodeAlpha2 countryName} contacts{id isDefault isDefaultCustomer}"
    sent = {
        "socialName": "Zwilling",
        "addresses": [{"countryIsoCodeAlpha2": "DE"}],
        "contacts": [{"surname": "A", "isDefaultCustomer": False}],
    }
    row = api.write("createCustomer", sent, selection)
    assert (row["contacts"][0]["isDefault"], row["contacts"][0]["isDefaultCustomer"]) == (False, False)
    changed = api.write(
        "updateCustomer",
        {
            "id": row["id"],
            "addresses": [{"id": row["addresses"][0]["id"], "countryId": austria["id"]}],
            "contacts": [{"id": row["contacts"][0]["id"], "isDefault": True}],
        },
        selection,
    )
    assert changed["addresses"][0]["countryIsoCodeAlpha2"] == "AT"
    assert changed["addresses"][0]["countryName"] == austria["name"]
    assert changed["contacts"][0]["isDefaultCustomer"] is True


def test_used_customers_stay_and_free_deletion_does_not_ask(api: Api) -> None:
    used = api.rows("SalesInvoice")[0]["customerId"]
    key = "global.businessErrors.undocumented_recordInUse"
    assert api.refusal("deleteCustomer", {"id": used}) == [key]
    row_id = api.write("createCustomer", PARTY)["id"]
    assert api.write("deleteCustomer", {"id": row_id}) == {"id": row_id}
    assert api.refusal("deleteCustomer", {"id": row_id}) == ["global.businessErrors.undocumented_recordNotFound"]


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["CREATE", "MODIFY", "DELETE"]), st.integers(0, 4), st.text("abc", min_size=1, max_size=3)
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS, st.booleans())
def test_any_series_of_actions_on_children_has_the_expected_result(api: Api, actions: Any, replace: bool) -> None:
    row = api.write("createSupplier", {"socialName": "P", "addresses": [{"city": "1"}, {"city": "2"}]}, CHILDREN)
    known = {address["id"]: address["city"] for address in row["addresses"]}
    expected = {} if replace else dict(known)
    created: list[str] = []
    sent: list[dict[str, Any]] = []
    for action, index, city in actions:
        if action == "CREATE":
            sent.append({"city": city})
            created.append(city)
            continue
        child = list(known)[index % len(known)]
        if action == "DELETE":
            sent.append({"id": child, "requestedAction": "DELETE"})
            expected.pop(child, None)
        else:
            sent.append({"id": child, "city": city})
            expected[child] = city
    control = {"replaceAll": ["ADDRESSES"]} if replace else {}
    changed = api.write("updateSupplier", {"id": row["id"], "addresses": sent, **control}, CHILDREN)
    cities = {address["id"]: address["city"] for address in changed["addresses"]}
    assert {child: city for child, city in cities.items() if child in known} == expected
    assert [city for child, city in cities.items() if child not in known] == created
    api.write("deleteSupplier", {"id": row["id"]})
