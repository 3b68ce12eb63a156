"""What the sandbox's own API answers for each stream, asked for without the connectors' queries; numbers as text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

from sage_active.resources.resource import Member, Resource
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

Row = dict[str, Any]
OWN_COLUMNS = ("company_id", "updated_at")
COST_OF_A_FULL_PAGE = 100_000
DATES = ("creationDate", "modificationDate")


class Number(str):
    """The text of a number, which is not equal to the same text in quotes."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and str(self) == str(other)


def decoded(text: str | bytes) -> Any:
    """A JSON document with the text of each number."""
    return json.loads(text, parse_float=Number, parse_int=Number)


class RawApi:
    """One company of a sandbox, asked over HTTP."""

    def __init__(self, sandbox: Sandbox, company: Company) -> None:
        self._url = f"{sandbox.url}/graphql"
        self._headers = {
            "Authorization": f"Bearer {sandbox.sign_in.issue_access_token()}",
            "x-api-key": f"sandbox-key-{company.market.lower()}",
            "X-OrganizationId": company.id,
            "Content-Type": "application/json",
        }
        self._is_flat = sandbox.switches.account_code == "flat"
        self._rows = 500 if sandbox.switches.max_field_cost >= COST_OF_A_FULL_PAGE else 10

    def answer(self, query: str, **variables: Any) -> Any:
        """The value of the root field `r`."""
        reply = requests.post(
            self._url, json={"query": query, "variables": variables}, headers=self._headers, timeout=30
        )
        answer = decoded(reply.content)
        assert "errors" not in answer, (query, answer["errors"])
        return answer["data"]["r"]

    def connection(self, root: str, selection: str) -> Iterator[Row]:
        """All rows of a root that has pages."""
        after = None
        while True:
            page = self.answer(
                f"query($a:String){{r:{root}(first:{self._rows},after:$a)"
                f"{{nodes{{{selection}}} pageInfo{{hasNextPage endCursor}}}}}}",
                a=after,
            )
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def selection(self, schema: Mapping[str, Any], without: Sequence[str] = ()) -> str:
        """The selection of what a JSON schema describes."""
        parts = []
        for name, declared in schema["properties"].items():
            inner = declared.get("items", declared)
            is_flat = self._is_flat and "string" in inner.get("type", ())
            if name not in without:
                below = inner.get("properties") and not is_flat
                parts.append(f"{name}{{{self.selection(inner)}}}" if below else name)
        return " ".join(parts)


def fits(row: Row, where: Mapping[str, Any]) -> bool:
    """Whether a row passes the filter of a declaration; only `eq` and `nin` fit null."""
    return all(_fits(row, name, condition) for name, condition in where.items())


def _fits(row: Row, name: str, condition: Any) -> bool:
    if name in ("and", "or"):
        return (all if name == "and" else any)(fits(row, part) for part in condition)
    ((operator, operand),) = condition.items()
    wanted = [_plain(value) for value in operand] if isinstance(operand, list) else _plain(operand)
    value = row[name]
    if operator in ("eq", "neq"):
        return (value == wanted) is (operator == "eq") and not (operator == "neq" and value is None)
    return value is not None and (value in wanted) is (operator == "in")


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, Member) else value


def dates_of(value: Any) -> Iterator[str]:
    """The dates of creation and change in a row and all that it owns, to the second."""
    if isinstance(value, list):
        for element in value:
            yield from dates_of(element)
    elif isinstance(value, dict):
        yield from (value[name][:19] for name in DATES if value.get(name) and value[name] > "0002")
        for inner in value.values():
            yield from dates_of(inner)


def key_of(resource: Resource, row: Row) -> tuple[Any, ...]:
    """What identifies a row in its company, directly."""
    assert resource.direct
    return tuple(row[name] for name in resource.direct.row_key)
