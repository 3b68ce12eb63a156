"""One running sandbox per test module, cleaned after each test, and a small client for it."""

import json
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
import requests

from sage_active_sandbox.http_messages import encode
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company
from sage_active_sandbox.switches import Switches

GRAPHQL = "application/graphql-response+json"


class Api:
    """Talks to the sandbox over HTTP as a client of one market and company."""

    def __init__(self, sandbox: Sandbox, market: str = "DE", company: Company | None = None) -> None:
        self.sandbox = sandbox
        self.market = market
        self.session = requests.Session()
        self.token = sandbox.sign_in.issue_access_token()
        usable = [company for company in sandbox.store.companies.values() if company.usable]
        self.company: Company = company or next(found for found in usable if found.market == market)

    def headers(self, **changes: str | None) -> dict[str, str]:
        """The usual headers; a change to None leaves one out."""
        usual: dict[str, str | None] = {
            "Authorization": f"Bearer {self.token}",
            "x-api-key": f"sandbox-key-{self.market.lower()}",
            "X-OrganizationId": self.company.id,
            "Accept": GRAPHQL,
            "Content-Type": "application/json",
        }
        merged = {**usual, **{name.replace("_", "-"): value for name, value in changes.items()}}
        return {name: value for name, value in merged.items() if value is not None}

    def post(self, query: str, variables: dict[str, Any] | None = None, **headers: str | None) -> requests.Response:
        """The raw response to a query; keyword arguments change headers (`X_OrganizationId=None`)."""
        body = encode({"query": query, "variables": variables or {}})
        return self.session.post(f"{self.sandbox.url}/graphql", data=body, headers=self.headers(**headers), timeout=10)

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

    def write(self, mutation: str, sent: dict[str, Any], selection: str = "id") -> dict[str, Any]:
        """The record that a mutation answers; fails if it is refused."""
        written: dict[str, Any] = self.data(*self._mutation(mutation, sent, selection))
        return written

    def refusal(self, mutation: str, sent: dict[str, Any], selection: str = "id") -> list[str]:
        """The messages with which a mutation is refused; fails if it is not."""
        answer = self.answer(*self._mutation(mutation, sent, selection))
        assert answer["data"] == {mutation: None}
        return [error["message"] for error in answer["errors"]]

    def _mutation(self, mutation: str, sent: dict[str, Any], selection: str) -> tuple[str, dict[str, Any]]:
        kind = input_type(mutation)
        document = f"mutation($values:{kind}!){{{mutation}(input:$values){{{selection}}}}}"
        return document, {"values": sent}

    def stored(self, type_name: str, row_id: str) -> dict[str, Any]:
        """One stored row of the company; KeyError if it is not there."""
        return self.sandbox.store.table(self.company.id, type_name)[row_id]

    def rows(self, type_name: str) -> list[dict[str, Any]]:
        """The stored rows of the company."""
        return [*self.sandbox.store.table(self.company.id, type_name).values()]


def input_type(mutation: str) -> str:
    """Name of a mutation's input type: CustomerCreateGLDtoInput for createCustomer."""
    for verb in ("create", "update", "delete"):
        if mutation.startswith(verb):
            name, using, naming = mutation.removeprefix(verb).partition("Using")
            return f"{name}{verb.title()}{using}{naming}GLDtoInput"
    return f"{mutation[0].upper()}{mutation[1:]}GLDtoInput"


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Sandbox]:
    """A sandbox with little data."""
    with Sandbox(rows=12) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox; switches, faults, drift, rights, tokens, counts and log are reset afterwards."""
    yield running_sandbox
    running_sandbox.faults.clear()
    running_sandbox.drift.clear()
    for member in fields(Switches):
        setattr(running_sandbox.switches, member.name, member.default)
    running_sandbox.rate_limit.requests_per_minute = 3000
    running_sandbox.reset_tokens()
    running_sandbox.requests.clear()
    running_sandbox.rights.replace({})
    running_sandbox.rights.editions.clear()
    running_sandbox.rights.reset_users()
    running_sandbox.mutations.clear()
    running_sandbox.store.acts.clear()


@pytest.fixture(params=["DE", "ES", "FR"])
def market_api(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Api]:
    """A client of each market in turn."""
    client = Api(sandbox, request.param)
    yield client
    client.session.close()


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """A client of the sandbox."""
    client = Api(sandbox)
    yield client
    client.session.close()
