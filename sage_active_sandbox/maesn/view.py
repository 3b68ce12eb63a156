"""Maesn's view of the sandbox: its sign-in address, the companies, and the objects to read and create.

Behaviour follows docs/reference/maesn.md; what that leaves open is decided by the switches, or as simply as possible:
20 rows a page unless told otherwise, rows in the order of their creation, `rawData` accepted and without effect,
`name`, `number`, `email` and `itemNumber` compared whole.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from sage_active_sandbox.maesn.body import Draft, RefusalError
from sage_active_sandbox.maesn.create import refusal
from sage_active_sandbox.maesn.documents import document
from sage_active_sandbox.maesn.mapping import COMPANY, ENVIRONMENT, LINE, Columns, Lookup, changed, keyed, record
from sage_active_sandbox.maesn.objects import OBJECTS, PLANNED, ObjectView
from sage_active_sandbox.maesn.parameters import Parameters, Query
from sage_active_sandbox.store import Company, Row, Store
from sage_active_sandbox.switches import Switches
from sage_active_sandbox.writing.operations import create
from sage_active_sandbox.writing.refusals import RefusedError
from sage_active_sandbox.writing.target import Target

MARKET_OF_TARGET = {"sage-active-de": "DE", "sage-active-es": "ES", "sage-active-fr": "FR"}


@dataclass(frozen=True)
class MaesnAnswer:
    """An HTTP answer; ``body`` is text for text/html and JSON-able (with Decimals) otherwise."""

    status: int
    body: object
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class MaesnView:
    """Answers requests to Maesn's paths from the sandbox's store.

    ``account_keys`` maps an account key to its market (DE, ES or FR).
    """

    def __init__(self, store: Store, switches: Switches, *, api_key: str, account_keys: Mapping[str, str]) -> None:
        self._store = store
        self._switches = switches
        self._api_key = api_key
        self._account_keys = account_keys

    def handle(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> MaesnAnswer:
        """The answer to one request; header names are lower-cased, ``path`` is without query."""
        try:
            with self._store.lock:
                return self._answer(method, path.rstrip("/"), Parameters(query), headers, body)
        except RefusalError as problem:
            errors: dict[str, Any] = {"statusCode": problem.status, "message": problem.message}
            reply: dict[str, Any] = {"meta": None, "data": None, "errors": errors, "rawData": None}
            if problem.validation:
                sink = errors if self._switches.maesn_error_shape == "inside" else reply
                sink["validationErrors"] = [{"field": member, "message": text} for member, text in problem.validation]
            return MaesnAnswer(problem.status, reply)

    def _answer(
        self, method: str, path: str, parameters: Parameters, headers: Mapping[str, str], body: bytes
    ) -> MaesnAnswer:
        if path == "/health":
            return MaesnAnswer(200, {"status": "ok"})
        if method == "GET" and path.startswith("/auth/callback/"):
            return self._delivered(path.removeprefix("/auth/callback/"), parameters)
        if headers.get("x-api-key") is None:
            raise RefusalError(401, "X-API-KEY is missing")
        if headers["x-api-key"] != self._api_key:
            raise RefusalError(403, "X-API-KEY is wrong")
        section, _, rest = path.lstrip("/").partition("/")
        if section == "auth" and rest not in ("companies", "environments"):
            return self._login(method, rest, parameters, headers)
        companies = self._companies(headers)
        if section == "auth":
            _require(method, "GET")
            mapping = COMPANY if rest == "companies" else ENVIRONMENT
            environment = parameters.text("environmentName")
            lookup = Lookup(self._store, "", self._dated)
            return _list_answer(
                record(vars(company), mapping, lookup)
                for company in companies
                if environment in (None, company.environment_id)
                and (company.usable or self._switches.maesn_lists_unusable)
            )
        if section != "accounting":
            raise RefusalError(404, f"There is no {path}")
        return self._accounting(method, rest.split("/"), parameters, companies, body)

    def _login(self, method: str, target: str, parameters: Parameters, headers: Mapping[str, str]) -> MaesnAnswer:
        if target not in MARKET_OF_TARGET:
            raise RefusalError(405, f"The target system {target} is not known")
        _require(method, "GET")
        base = f"http://{headers.get('host', '127.0.0.1')}"
        login = {
            "response_type": "code",
            "client_id": "sandbox-client",
            "scope": "RDSA WDSA offline_access",
            "redirect_uri": parameters.text("callbackUrl") or f"{base}/auth/callback/{target}",
        }
        return MaesnAnswer(200, f"{base}/connect/authorize?{urlencode(login)}", content_type="text/html")

    def _delivered(self, target: str, parameters: Parameters) -> MaesnAnswer:
        """A page in place of Maesn's delivery of the account key, whose way is not published."""
        market = MARKET_OF_TARGET.get(target)
        if market is None:
            raise RefusalError(405, f"The target system {target} is not known")
        if parameters.text("code") is None:
            text = "The sign-in was refused; there is no account key."
        else:
            key = next(key for key, of_market in self._account_keys.items() if of_market == market)
            text = (
                f"You are signed in. In reality Maesn delivers the account key to you; here it is: <code>{key}</code>"
            )
        page = f"<!doctype html><title>Sandbox of Maesn</title><h1>Sandbox of Maesn</h1><p>{text}</p>"
        return MaesnAnswer(200, page, content_type="text/html; charset=utf-8")

    def _companies(self, headers: Mapping[str, str]) -> list[Company]:
        key = headers.get("x-account-key")
        if key is None:
            raise RefusalError(401, "X-ACCOUNT-KEY is missing")
        if key not in self._account_keys:
            raise RefusalError(403, "X-ACCOUNT-KEY is wrong")
        return [company for company in self._store.companies.values() if company.market == self._account_keys[key]]

    def _accounting(
        self, method: str, parts: list[str], parameters: Parameters, companies: list[Company], body: bytes
    ) -> MaesnAnswer:
        is_planned = parts[0] in PLANNED
        if is_planned and self._switches.maesn_planned == "refused":
            raise RefusalError(405, f"/accounting/{parts[0]} is planned for Sage Active and not available yet")
        offered = {**OBJECTS, **({} if self._switches.maesn_planned == "absent" else PLANNED)}
        view = offered.get(parts[0])
        match parts[1:]:
            case []:
                available = view is not None
            case [_]:
                available = view is not None and view.single
            case [_, "lineItems" | "document"]:
                available = parts[0] == "invoices"
            case _:
                available = False
        if view is None or not available:
            raise RefusalError(404, f"/accounting/{'/'.join(parts)} is not available for Sage Active")
        _require(method, "GET", *(() if parts[1:] or view.build is None else ("POST",)))
        company = _requested_company(parameters, companies)
        lookup = Lookup(self._store, company.id, self._dated)
        if not parts[1:]:
            if method == "POST":
                return self._create(view, company, lookup, body)
            rows = _filtered(view, self._rows(view, company), parameters, lookup)
            return self._page(self._since(rows, parameters), self._columns(view), lookup, parameters)
        row = next((row for row in self._rows(view, company) if row["id"] == parts[1]), None)
        if row is None:
            raise RefusalError(404, f"There is no {parts[0]} record {parts[1]}")
        if parts[2:] == ["document"]:
            return _answer(200, document(row))
        if parts[2:]:
            return self._page(self._since(row["lines"], parameters), LINE, lookup, parameters)
        found = record(row, self._columns(view), lookup)
        as_list = parts[0] == "items" and self._switches.maesn_item_shape == "array"
        return _answer(200, [found] if as_list else found)

    def _columns(self, view: ObjectView) -> Columns:
        return keyed(view.mapping, self._switches.maesn_invoice_key)

    def _rows(self, view: ObjectView, company: Company) -> list[Row]:
        if view in PLANNED.values() and self._switches.maesn_planned == "empty":
            return []
        return [row for row in view.rows_of(self._store, company) if view.belongs(row)]

    def _since(self, rows: Iterable[Row], parameters: Parameters) -> list[Row]:
        since = parameters.moment("lastModifiedAt")
        if since is None or self._switches.maesn_filter == "ignored":
            return list(rows)
        return [row for row in rows if (moment := changed(row)) is not None and moment >= since]

    def _page(self, rows: list[Row], mapping: Mapping[str, Any], lookup: Lookup, parameters: Parameters) -> MaesnAnswer:
        size, number = parameters.page_size(), parameters.page()
        pagination = {
            "total": len(rows),
            "perPage": size,
            "currentPage": number,
            "totalPages": -(-len(rows) // size),
        }
        chunk = rows[(number - 1) * size : number * size]
        return _list_answer(
            (record(row, mapping, lookup) for row in chunk),
            pagination if self._switches.maesn_pagination == "always" else None,
        )

    def _create(self, view: ObjectView, company: Company, lookup: Lookup, body: bytes) -> MaesnAnswer:
        draft, target = Draft(_decoded(body)), Target(self._store, company, self._switches)
        assert view.build is not None
        sent = view.build(draft, target)
        try:
            row = create(view.type_name, target, sent)
        except RefusedError as refused:
            raise refusal(refused, view.type_name) from refused
        warnings = [f"{name} is not used by Sage Active" for name in draft.unused()]
        return _answer(201, record(row, self._columns(view), lookup), warnings=warnings or None)

    def _dated(self, row: Row) -> bool:
        """Does the row show its date; with the switch on "some" about every second id does."""
        setting = self._switches.maesn_dates
        return setting == "all" or (setting == "some" and crc32(row["id"].encode()) % 2 == 0)


def _filtered(view: ObjectView, rows: list[Row], parameters: Parameters, lookup: Lookup) -> list[Row]:
    for name, criterion in view.filters.items():
        wanted = parameters.choice(name, criterion.choices) if criterion.choices else parameters.text(name)
        if criterion.moment:
            parameters.moment(name)
        if wanted is not None:
            rows = [row for row in rows if criterion.matches(row, wanted, lookup)]
    order = parameters.choice("orderField", view.orders) if view.orders else None
    direction = parameters.choice("orderDir", ("ASC", "DESC"))
    if order is None:
        return rows
    key: Callable[[Row], Any] = view.orders[order]
    dated = [row for row in rows if key(row) is not None]
    empty = [row for row in rows if key(row) is None]
    return sorted(dated, key=lambda row: (key(row), row["id"]), reverse=direction == "DESC") + empty


def _requested_company(parameters: Parameters, companies: list[Company]) -> Company:
    company_id, environment = parameters.text("companyId"), parameters.text("environmentName")
    for name, value in (("companyId", company_id), ("environmentName", environment)):
        if value is None:
            raise RefusalError(
                400, f"{name} is missing: Sage Active needs companyId and environmentName on every call", name
            )
    for company in companies:
        if (company.id, company.environment_id) == (company_id, environment):
            if not company.usable:
                raise RefusalError(403, f"The company {company.name} cannot be used in Sage Active")
            return company
    raise RefusalError(400, "companyId and environmentName are no pair of /auth/companies", "companyId")


def _require(method: str, *allowed: str) -> None:
    if method in ("PUT", "PATCH"):
        raise RefusalError(405, f"{method} is planned for Sage Active and not available yet")
    if method not in allowed:
        raise RefusalError(405, f"{method} is not supported here")


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except ValueError as error:
        raise RefusalError(400, f"The body is not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise RefusalError(400, "The body must be a JSON object")
    return decoded


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not a JSON number")


def _answer(status: int, data: object, *, warnings: list[str] | None = None, pagination: object = None) -> MaesnAnswer:
    meta = {"warnings": warnings, "pagination": pagination}
    return MaesnAnswer(status, {"meta": meta, "data": data, "errors": None, "rawData": None})


def _list_answer(data: Iterable[object], pagination: object = None) -> MaesnAnswer:
    return _answer(200, list(data), pagination=pagination)
