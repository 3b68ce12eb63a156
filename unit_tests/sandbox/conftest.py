"""One running sandbox per test module, cleaned after each test, and a small client for it."""

import json
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
import requests

from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company
from sage_active_sandbox.switches import Switches

GRAPHQL = "application/graphql-response+json"


class Api:
    """Talks to the sandbox over HTTP as a client of the DE market."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.token = sandbox.sign_in.issue_access_token()
        usable = [company for company in sandbox.store.companies.values() if company.usable]
        self.company: Company = next(company for company in usable if company.market == "DE")

    def headers(self, **changes: str | None) -> dict[str, str]:
        """The usual headers; a change to None leaves one out."""
        usual: dict[str, str | None] = {
            "Authorization": f"Bearer {self.token}",
            "x-api-key": "sandbox-key-de",
            "X-OrganizationId": self.company.id,
            "Accept": GRAPHQL,
        }
        merged = {**usual, **{name.replace("_", "-"): value for name, value in changes.items()}}
        return {name: value for name, value in merged.items() if value is not None}

    def post(self, query: str, variables: dict[str, Any] | None = None, **headers: str | None) -> requests.Response:
        """The raw response to a query; keyword arguments change headers (`X_OrganizationId=None`)."""
        body = {"query": query, "variables": variables or {}}
        return self.session.post(f"{self.sandbox.url}/graphql", json=body, headers=self.headers(**headers), timeout=10)

    def answer(self, query: str, variables: dict[str, Any] | None = None, **headers: str | None) -> dict[str, Any]:
        """The decoded answer with exact decimals."""
        decoded: dict[str, Any] = json.loads(self.post(query, variables, **headers).text, parse_float=Decimal)
        return decoded

    def data(self, query: str, variables: dict[str, Any] | None = None, **headers: str | None) -> Any:
        """The value of the only root field; fails if there are errors."""
        answer = self.answer(query, variables, **headers)
        assert "errors" not in answer, answer["errors"]
        (value,) = answer["data"].values()
        return value

    def rows(self, type_name: str) -> list[dict[str, Any]]:
        """The stored rows of the company."""
        return [*self.sandbox.store.table(self.company.id, type_name).values()]


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Sandbox]:
    """A sandbox with little data."""
    with Sandbox(rows=12) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox; switches, faults, drift, tokens and log are reset afterwards."""
    yield running_sandbox
    running_sandbox.faults.clear()
    running_sandbox.drift.clear()
    for member in fields(Switches):
        setattr(running_sandbox.switches, member.name, member.default)
    running_sandbox.rate_limit.requests_per_minute = 3000
    running_sandbox.reset_tokens()
    running_sandbox.requests.clear()


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """A client of the sandbox."""
    client = Api(sandbox)
    yield client
    client.session.close()
