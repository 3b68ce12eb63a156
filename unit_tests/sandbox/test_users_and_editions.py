"""Who may do what: editions bind everyone, rights are a user's.

Source: docs/reference/server-behaviour.md, "Business errors".
"""

from typing import Any

import pytest
import requests

from sage_active_sandbox.rights import ADMINISTRATOR, EDITION, LACKING_IN_STARTER, READER, ROLE
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.sandbox.conftest import Api


@pytest.fixture
def reader(api: Api) -> Api:
    """A client whose user only reads."""
    client = Api(api.sandbox, "DE", api.company)
    client.token = api.sandbox.sign_in.issue_access_token(READER)
    return client


def reasons(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Message and details of each error."""
    return [(error["message"], error["extensions"]["details"]) for error in answer["errors"]]


def test_starter_has_no_entries_even_for_an_administrator(api: Api, sandbox: Sandbox) -> None:
    other = next(row for row in sandbox.store.companies.values() if row.market == "DE" and row.id != api.company.id)
    requests.patch(f"{sandbox.url}/admin/editions", json={api.company.id: "Starter"}, timeout=5).raise_for_status()
    query = "{accountingEntries{totalCount}}"
    answer = api.answer(query)
    assert answer["data"] == {"accountingEntries": None}
    assert reasons(answer) == [(EDITION, "accounting-entries")]
    assert "errors" not in api.answer(query, X_OrganizationId=other.id)
    assert "errors" not in api.answer("{salesInvoices{totalCount}}")
    requests.delete(f"{sandbox.url}/admin/editions", timeout=5).raise_for_status()
    assert "errors" not in api.answer(query)


def test_the_switch_is_the_edition_of_all_other_companies(api: Api, sandbox: Sandbox) -> None:
    sandbox.switches.edition = "Starter"
    query = "{userAccessPolicyCheck(actions:[%s]){action isAllowed}}"
    names = ",".join(f'"{name}"' for name in (*sorted(LACKING_IN_STARTER), "customers"))
    allowed = {row["action"]: row["isAllowed"] for row in api.data(query % names)}
    assert allowed == {**dict.fromkeys(LACKING_IN_STARTER, False), "customers": True}
    sandbox.rights.set_editions({api.company.id: "Essentials"})
    assert all(row["isAllowed"] for row in api.data(query % names))
    sandbox.rights.editions.clear()


def test_an_edition_comes_before_a_right(api: Api, sandbox: Sandbox) -> None:
    sandbox.switches.edition = "Starter"
    sandbox.rights.replace({"accountingEntries": ROLE})
    assert reasons(api.answer("{accountingEntries{totalCount}}")) == [(EDITION, "accounting-entries")]


def test_a_reader_writes_nothing(reader: Api) -> None:
    assert reader.data("{userProfile{fullName}}") == {"fullName": "Rita Sandbox"}
    answer = reader.answer('mutation{createBusinessArea(input:{name:"x"}){id}}')
    assert answer["data"] == {"createBusinessArea": None}
    assert reasons(answer) == [(ROLE, "add-business-area")]
    invoice = reader.rows("SalesInvoice")[0]["id"]
    acting = reader.answer(f'{{documentPdfPreview(input:{{type:SALES_INVOICE,id:"{invoice}"}}){{id}}}}')
    assert reasons(acting) == [(ROLE, "document-pdf-preview")]
    assert "errors" not in reader.answer("{salesInvoices{totalCount}}")


def test_rights_of_one_user_are_not_those_of_another(api: Api, reader: Api, sandbox: Sandbox) -> None:
    changes = {READER: {"denied": {"suppliers": ROLE}, "hidden": [api.company.id]}}
    requests.patch(f"{sandbox.url}/admin/users", json=changes, timeout=5).raise_for_status()
    listed = "{organizations{nodes{id}}}"
    seen = {row["id"] for row in reader.data(listed, X_OrganizationId=None)["nodes"]}
    assert api.company.id not in seen and seen
    answer = reader.answer("{customers{totalCount}}")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["AUTH_NOT_AUTHORIZED"]
    assert api.company.id in {row["id"] for row in api.data(listed, X_OrganizationId=None)["nodes"]}
    assert "errors" not in api.answer("{suppliers{totalCount}}")
    requests.delete(f"{sandbox.url}/admin/users", timeout=5).raise_for_status()
    assert "errors" not in reader.answer("{suppliers{totalCount}}")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("users", {"nobody@example.com": {"read_only": True}}),
        ("users", {ADMINISTRATOR: {"rank": 1}}),
        ("users", {ADMINISTRATOR: {"denied": {"customers": "because"}}}),
        ("users", {ADMINISTRATOR: {"read_only": "yes"}}),
        ("editions", {"company": "Premium"}),
        ("editions", {"company": 1}),
    ],
)
def test_wrong_users_and_editions_are_refused(sandbox: Sandbox, path: str, body: dict[str, Any]) -> None:
    assert requests.patch(f"{sandbox.url}/admin/{path}", json=body, timeout=5).status_code == 400


@pytest.mark.parametrize(("suffix", "user"), [("", ADMINISTRATOR), ("-reader", READER)])
def test_a_refresh_token_belongs_to_a_user(sandbox: Sandbox, suffix: str, user: str) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": f"sandbox-refresh-token-es{suffix}"}
    form |= {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    reply = requests.post(f"{sandbox.url}/connect/token", data=form, timeout=5).json()
    assert sandbox.sign_in.user_of(reply["access_token"]) == user
    form["refresh_token"] = reply["refresh_token"]
    again = requests.post(f"{sandbox.url}/connect/token", data=form, timeout=5).json()
    assert sandbox.sign_in.user_of(again["access_token"]) == user
