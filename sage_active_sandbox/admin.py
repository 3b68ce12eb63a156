"""JSON over HTTP under /admin: switches, faults, drift, the request log, and changes to the data."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, get_type_hints

import msgspec

from sage_active_sandbox.data.generate import add_company
from sage_active_sandbox.faults import Fault, FaultScript
from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.engine import decode_body
from sage_active_sandbox.graphql_api.scalars import date_text
from sage_active_sandbox.graphql_api.schema import serve
from sage_active_sandbox.http_messages import HttpReply, HttpRequest, json_reply
from sage_active_sandbox.mutation_counts import MutationCounts
from sage_active_sandbox.request_log import ReceivedRequest
from sage_active_sandbox.rights import Rights
from sage_active_sandbox.row_changes import touch, unmatch
from sage_active_sandbox.store import Company, Row, Store
from sage_active_sandbox.switches import Switches

Configurations = Callable[[], dict[str, Any]]
ROW_DATES = ("creationDate", "modificationDate")
FAULT_KINDS: Final = get_type_hints(Fault)
DRIFT_KINDS: Final = get_type_hints(Drift)
ROW_KINDS: Final[Mapping[str, Any]] = {
    "company_id": str,
    "type": str,
    "ids": list[str],
    "match_ids": list[str],
    "count": int,
    "changes": dict[str, Any] | None,
    "child": str | None,
    "row": dict[str, Any],
    "rows": list[dict[str, Any]],
    "market": str,
    "name": str | None,
}
"""Types of the members of bodies."""
USER_KINDS: Final[Mapping[str, Any]] = {"read_only": bool, "denied": dict[str, str], "hidden": list[str]}


class Admin:
    """Answers everything under /admin; refused input is HTTP 400 with a message.

    ``configurations`` gives the ready-made connector configurations by name.
    """

    def __init__(
        self,
        *,
        store: Store,
        switches: Switches,
        faults: FaultScript,
        drift: Drift,
        requests: list[ReceivedRequest],
        configurations: Configurations,
        change_switches: Callable[[Mapping[str, Any]], None],
        reset_tokens: Callable[[], None],
        rights: Rights,
        counts: MutationCounts,
    ) -> None:
        self._store = store
        self._switches = switches
        self._faults = faults
        self._drift = drift
        self._requests = requests
        self._configurations = configurations
        self._change_switches = change_switches
        self._reset_tokens = reset_tokens
        self._rights = rights
        self._counts = counts

    def answer(self, request: HttpRequest) -> HttpReply:
        """The reply to a request under /admin."""
        route = ROUTES.get((request.method, request.path.removeprefix("/admin/").strip("/")))
        if route is None:
            return json_reply(404, {"error": f"no {request.method} {request.path}"})
        try:
            with self._store.lock:
                return json_reply(200, route.handler(self, request))
        except KeyError as problem:
            return json_reply(400, {"error": f"unknown or missing: {problem.args[0]}"})
        except (ValueError, TypeError) as problem:
            return json_reply(400, {"error": str(problem)})

    def _configuration(self, _request: HttpRequest) -> dict[str, Any]:
        return self._configurations()

    def _switch_settings(self, _request: HttpRequest) -> dict[str, Any]:
        return self._switches.as_dict()

    def _patch_switches(self, request: HttpRequest) -> dict[str, Any]:
        self._change_switches(decode_body(request.body))
        return self._switches.as_dict()

    def _request_log(self, _request: HttpRequest) -> list[dict[str, Any]]:
        return [entry.as_dict() for entry in [*self._requests]]

    def _forget_requests(self, _request: HttpRequest) -> dict[str, int]:
        forgotten = len(self._requests)
        self._requests.clear()
        return {"forgotten": forgotten}

    def _script(self, _request: HttpRequest) -> list[dict[str, Any]]:
        return [fault.as_dict() for fault in self._faults.scripted()]

    def _add_faults(self, request: HttpRequest) -> list[dict[str, Any]]:
        body = decode_body(request.body)
        wanted = msgspec.convert(body.get("faults", [body]), list[dict[str, Any]])
        return [self._faults.add(**_fitting(fault, FAULT_KINDS)).as_dict() for fault in wanted]

    def _clear_faults(self, _request: HttpRequest) -> list[Any]:
        self._faults.clear()
        return []

    def _differences(self, _request: HttpRequest) -> dict[str, Any]:
        return self._drift.as_dict()

    def _patch_drift(self, request: HttpRequest) -> dict[str, Any]:
        wanted = _fitting({**self._drift.as_dict(), **decode_body(request.body)}, DRIFT_KINDS)
        trial = Drift()
        trial.replace(wanted)
        serve(self._switches, trial)
        self._drift.replace(wanted)
        return self._drift.as_dict()

    def _clear_drift(self, _request: HttpRequest) -> dict[str, Any]:
        self._drift.clear()
        return self._drift.as_dict()

    def _editions(self, _request: HttpRequest) -> dict[str, str]:
        return self._rights.editions

    def _set_editions(self, request: HttpRequest) -> dict[str, str]:
        self._rights.set_editions(msgspec.convert(decode_body(request.body), dict[str, str]))
        return self._rights.editions

    def _forget_editions(self, _request: HttpRequest) -> dict[str, str]:
        self._rights.editions.clear()
        return self._rights.editions

    def _users(self, _request: HttpRequest) -> dict[str, Any]:
        return {email: user.as_dict() for email, user in self._rights.users.items()}

    def _change_users(self, request: HttpRequest) -> dict[str, Any]:
        wanted = msgspec.convert(decode_body(request.body), dict[str, dict[str, Any]])
        for email, changes in wanted.items():
            self._rights.change_user(email, _fitting(changes, USER_KINDS))
        return self._users(request)

    def _forget_users(self, request: HttpRequest) -> dict[str, Any]:
        self._rights.reset_users()
        return self._users(request)

    def _forget_tokens(self, _request: HttpRequest) -> dict[str, Any]:
        self._reset_tokens()
        return {}

    def _denied(self, _request: HttpRequest) -> dict[str, str]:
        return self._rights.denied

    def _deny(self, request: HttpRequest) -> dict[str, str]:
        self._rights.replace({**self._rights.denied, **decode_body(request.body)})
        return self._rights.denied

    def _allow_all(self, _request: HttpRequest) -> dict[str, str]:
        self._rights.replace({})
        return self._rights.denied

    def _mutation_counts(self, _request: HttpRequest) -> dict[str, Any]:
        return self._counts.as_dict()

    def _forget_mutations(self, _request: HttpRequest) -> dict[str, Any]:
        self._counts.clear()
        return self._counts.as_dict()

    def _acts(self, _request: HttpRequest) -> list[dict[str, Any]]:
        return [_whole(asdict(act)) for act in self._store.acts]

    def _forget_acts(self, request: HttpRequest) -> list[dict[str, Any]]:
        self._store.acts.clear()
        return self._acts(request)

    def _companies(self, _request: HttpRequest) -> list[dict[str, Any]]:
        return [_company(company) for company in self._store.companies.values()]

    def _add_company(self, request: HttpRequest) -> dict[str, Any]:
        body = _fitting(decode_body(request.body), ROW_KINDS)
        return _company(add_company(self._store, body["market"], body.get("name")))

    def _records(self, request: HttpRequest) -> list[dict[str, Any]]:
        company_id, type_name = request.query["company_id"][0], request.query["type"][0]
        return [_as_json(row) for row in self._table(company_id, type_name).values()]

    def _snapshot(self, request: HttpRequest) -> Any:
        query = request.query
        company = self._store.company(query["company_id"][0])
        if company is None:
            raise KeyError(query["company_id"][0])
        types = query.get("type") or [*company.tables]
        return {name: [_whole(row) for row in self._store.table(company.id, name).values()] for name in types}

    def _touch(self, request: HttpRequest) -> list[dict[str, Any]]:
        body = _fitting(decode_body(request.body), ROW_KINDS)
        table = self._table(body["company_id"], body["type"])
        ids = body["ids"] if "ids" in body else [*table][: body.get("count", 1)]
        changes = _with_dates(body.get("changes") or {})
        company_id, type_name, path = body["company_id"], body["type"], body.get("child") or ""
        return [
            _as_json(touch(self._store, self._switches, company_id, type_name, row_id, changes, path)) for row_id in ids
        ]

    def _unmatch(self, request: HttpRequest) -> list[str]:
        body = _fitting(decode_body(request.body), ROW_KINDS)
        self._table(body["company_id"], "AccountingEntry")
        return unmatch(self._store, self._switches, body["company_id"], set(body["match_ids"]))

    def _insert(self, request: HttpRequest) -> list[dict[str, Any]]:
        body = _fitting(decode_body(request.body), ROW_KINDS)
        self._table(body["company_id"], body["type"])
        rows = body["rows"] if "rows" in body else [body["row"]]
        return [_as_json(self._store.insert(body["company_id"], body["type"], _with_dates(row))) for row in rows]

    def _delete(self, request: HttpRequest) -> dict[str, int]:
        body = _fitting(decode_body(request.body), ROW_KINDS)
        table = self._table(body["company_id"], body["type"])
        ids = body["ids"] if "ids" in body else [*table][: body.get("count", 1)]
        for row_id in ids:
            self._store.delete(body["company_id"], body["type"], row_id)
        return {"deleted": len(ids)}

    def _table(self, company_id: str, type_name: str) -> dict[str, Row]:
        if self._store.company(company_id) is None:
            raise KeyError(company_id)
        return self._store.table(company_id, type_name)


@dataclass(frozen=True, slots=True)
class Route:
    """What answers a request, and what it does."""

    handler: Callable[[Admin, HttpRequest], Any]
    meaning: str


# Method and path below /admin -> the route.
ROUTES: Final[Mapping[tuple[str, str], Route]] = {
    ("GET", "configuration"): Route(Admin._configuration, "the ready-made configurations"),
    ("GET", "switches"): Route(Admin._switch_settings, "shows the switches"),
    ("PATCH", "switches"): Route(Admin._patch_switches, "changes the switches that the body names"),
    ("GET", "faults"): Route(Admin._script, "shows the script of faults"),
    ("POST", "faults"): Route(Admin._add_faults, "appends a fault, or a list in `faults`"),
    ("DELETE", "faults"): Route(Admin._clear_faults, "forgets all faults"),
    ("GET", "drift"): Route(Admin._differences, "shows the differences of the served schema"),
    ("PATCH", "drift"): Route(Admin._patch_drift, "changes those that the body names"),
    ("DELETE", "drift"): Route(Admin._clear_drift, "serves the packaged schema again"),
    ("GET", "rights"): Route(Admin._denied, "shows what no user may do: mutation or query, and the reason"),
    ("PATCH", "rights"): Route(Admin._deny, "denies what the body names"),
    ("DELETE", "rights"): Route(Admin._allow_all, "allows everything again"),
    ("GET", "users"): Route(Admin._users, "shows the users who can sign in, and what each of them may not do"),
    ("PATCH", "users"): Route(
        Admin._change_users, "changes, by address, `read_only`, `denied` and `hidden` (companies)"
    ),
    ("DELETE", "users"): Route(Admin._forget_users, "gives the users the rights that they had at the start"),
    ("GET", "editions"): Route(Admin._editions, "shows the editions of companies that were set"),
    ("PATCH", "editions"): Route(Admin._set_editions, "sets editions by the id of the company: Essentials or Starter"),
    ("DELETE", "editions"): Route(Admin._forget_editions, "all companies have the edition of the switch again"),
    ("DELETE", "tokens"): Route(
        Admin._forget_tokens, "forgets all tokens; those of the ready-made configurations are good again"
    ),
    ("GET", "requests"): Route(Admin._request_log, "shows the log of requests, which has no secrets"),
    ("DELETE", "requests"): Route(Admin._forget_requests, "forgets the log"),
    ("GET", "mutations"): Route(Admin._mutation_counts, "shows how many writes were received, committed and refused"),
    ("DELETE", "mutations"): Route(Admin._forget_mutations, "forgets these counts"),
    ("GET", "acts"): Route(Admin._acts, "lists acts that are final: numbers, postings, e-invoices, payment links"),
    ("DELETE", "acts"): Route(Admin._forget_acts, "forgets these acts"),
    ("GET", "companies"): Route(Admin._companies, "lists the companies"),
    ("POST", "companies"): Route(Admin._add_company, "adds an empty one (`market`, `name`)"),
    ("GET", "records"): Route(
        Admin._records, "ids and dates of the rows of `company_id` and `type` (of the schema, such as `Customer`)"
    ),
    ("GET", "snapshot"): Route(Admin._snapshot, "whole rows of `company_id`; `type` may be repeated"),
    ("POST", "touch"): Route(
        Admin._touch,
        "changes rows: `company_id`, `type`, `ids` or `count`, `changes`, `child` (a dotted path to a part of the row)",
    ),
    ("POST", "unmatch"): Route(Admin._unmatch, "undoes matches of entry lines: `company_id`, `match_ids`"),
    ("POST", "insert"): Route(Admin._insert, "adds `row` or `rows` to `company_id` and `type`"),
    ("POST", "delete"): Route(Admin._delete, "removes `ids`, or the first `count`, of `company_id` and `type`"),
}


def _company(company: Company) -> dict[str, Any]:
    return {
        "id": company.id,
        "name": company.name,
        "market": company.market,
        "status": company.status,
        "onboarded": company.onboarded,
        "environmentId": company.environment_id,
        "rows": {name: len(table) for name, table in company.tables.items()},
    }


def _fitting(values: Mapping[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """The values in their types, those without a type as they are; ValueError names the one that does not fit."""
    fitting = {}
    for name, value in values.items():
        try:
            fitting[name] = msgspec.convert(value, kinds.get(name, Any))
        except msgspec.ValidationError as problem:
            raise ValueError(f"`{name}`: {problem}") from None
    return fitting


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(member) for name, member in value.items() if not name.startswith("_")}
    return [_whole(element) for element in value] if isinstance(value, list) else date_text(value)


def _as_json(row: Row) -> dict[str, Any]:
    return {"id": row["id"], **{name: date_text(row.get(name)) for name in ROW_DATES}}


def _with_dates(row: Mapping[str, Any]) -> dict[str, Any]:
    """The members, and those of everything that they hold, with dates for the texts of dates."""
    return {name: _date(value) if name.endswith("Date") else _dated(value) for name, value in row.items()}


def _dated(value: Any) -> Any:
    if isinstance(value, dict):
        return _with_dates(value)
    return [_dated(element) for element in value] if isinstance(value, list) else value


def _date(value: Any) -> datetime | Decimal | str | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
