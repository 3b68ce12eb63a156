"""All rows and reports of one company, fetched over HTTP as a client of the API sees them."""

import json
from collections.abc import Mapping
from typing import Any

import requests
from graphql import GraphQLObjectType, get_named_type

from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.rows import RowFacts
from sage_active_sandbox.graphql_api.schema import serve
from sage_active_sandbox.http_messages import encode
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company
from sage_active_sandbox.switches import Switches

Node = dict[str, Any]
Reports = dict[str, list[Node]]
"""Lines of reports by the name of their table."""

ROOTS: Mapping[str, str] = {
    "accountingEntries": "AccountingEntry",
    "salesInvoices": "SalesInvoice",
    "purchaseInvoices": "PurchaseInvoice",
    "salesQuotes": "SalesQuote",
    "salesOrders": "SalesOrder",
    "salesDeliveryNotes": "SalesDeliveryNote",
    "accountingAccounts": "AccountingAccount",
    "accountingExercises": "AccountingExercise",
    "journalTypes": "JournalType",
    "customers": "Customer",
    "suppliers": "Supplier",
    "employees": "Employee",
    "products": "Product",
    "taxes": "Tax",
    "taxTreatments": "TaxTreatment",
}
"""The lists that the checks read, with the type of their rows."""

PAGE = 250
"""Rows a page: entries with their lines stay below the limit of costs."""

THIRD_PARTIES = ("CUSTOMER", "SUPPLIER", "EMPLOYEE")
TRIAL_MEMBERS = "accountCode debitAmount creditAmount balance"
PARTY_MEMBERS = "thirdPartyId debitAmount creditAmount balance"
ACCOUNT_LISTS = ("inputAccountingAccount", "outputAccountingAccount")


class Reader:
    """Reads one company of a running sandbox; use it as a context manager."""

    def __init__(self, sandbox: Sandbox, company: Company) -> None:
        self.facts = serve(Switches(), Drift()).facts
        self.company = company
        self._url = sandbox.url
        self._session = requests.Session()
        self._session.headers.update(
            {
                "Authorization": f"Bearer {sandbox.sign_in.issue_access_token()}",
                "x-api-key": f"sandbox-key-{company.market.lower()}",
                "X-OrganizationId": company.id,
            }
        )

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def rows(self, root: str) -> list[Node]:
        """All rows of a list, with everything that they own."""
        rows: list[Node] = []
        after = None
        while True:
            page = self._data(
                f"query($after:String){{{root}(first:{PAGE},after:$after)"
                f"{{nodes{{{self._fields(root)}}} pageInfo{{hasNextPage endCursor}}}}}}",
                {"after": after},
            )[root]
            rows += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return rows
            after = page["pageInfo"]["endCursor"]

    def row(self, root: str, row_id: str) -> Node:
        """One row of a list."""
        query = f"query($id:UUID){{{root}(where:{{id:{{eq:$id}}}}){{nodes{{{self._fields(root)}}}}}}}"
        (node,) = self._data(query, {"id": row_id})[root]["nodes"]
        found: Node = node
        return found

    def reports(self, exercise: Node) -> Reports:
        """The trial balance with and without what is shown on demand, and the balances of all third parties."""
        named = f'exerciseId:"{exercise["id"]}",startDate:"{exercise["startDate"]}",endDate:"{exercise["endDate"]}"'
        closing = ",showClosingEntries:{0}" if self.company.market == "ES" else ""
        options = f"showTemporaryCarryForward:{{0}}{closing}"
        fields = [
            f"{alias}:accountingTrialBalance(input:{{{named},{options.format(alias)}}}){{{TRIAL_MEMBERS}}}"
            for alias in ("true", "false")
        ]
        fields += [
            f"{kind}:accountingThirdPartyBalance(input:{{{named},thirdPartyType:{kind},"
            f"showTemporaryCarryForward:true}}){{{PARTY_MEMBERS}}}"
            for kind in THIRD_PARTIES
        ]
        found = self._data(f"{{{' '.join(fields)}}}")
        exercise_id = exercise["id"]
        return {
            "trial_balance": [
                {**line, "exerciseId": exercise_id, "everything": alias == "true"}
                for alias in ("true", "false")
                for line in found[alias]
            ],
            "third_party_balance": [
                {**line, "exerciseId": exercise_id, "thirdPartyType": kind}
                for kind in THIRD_PARTIES
                for line in found[kind]
            ],
        }

    def change(self, type_name: str, row_id: str, changes: Mapping[str, Any], child: str | None = None) -> None:
        """Change a row, or the first of its children, behind the API's back."""
        body = {
            "company_id": self.company.id,
            "type": type_name,
            "ids": [row_id],
            "changes": changes,
            **({"child": child} if child else {}),
        }
        response = self._session.post(f"{self._url}/admin/touch", data=encode(body), timeout=30)
        assert response.status_code == 200, response.text

    def _fields(self, root: str) -> str:
        accounts = "".join(f" {name}{{id}}" for name in ACCOUNT_LISTS) if root == "taxTreatments" else ""
        return _selection(self.facts, ROOTS[root]) + accounts

    def _data(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        body = {"query": query, "variables": variables or {}}
        response = self._session.post(f"{self._url}/graphql", json=body, timeout=60)
        reply = json.loads(response.text, parse_float=str)
        assert "errors" not in reply, reply["errors"][:2]
        data: dict[str, Any] = reply["data"]
        return data


def _selection(facts: RowFacts, type_name: str) -> str:
    """All fields of a type and of what it owns; what it refers to is left as an id."""
    parts = []
    for name, member in facts.object_type(type_name).fields.items():
        target = get_named_type(member.type)
        if not isinstance(target, GraphQLObjectType):
            parts.append(name)
        elif target.name == "AccountingAccountCode":
            parts.append(f"{name}{{value}}")
        elif not facts.is_loader(type_name, name):
            parts.append(f"{name}{{{_selection(facts, target.name)}}}")
    return " ".join(parts)
