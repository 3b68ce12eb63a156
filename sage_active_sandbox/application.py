"""Everything behind the socket: which part of the sandbox answers a request, and what the faults make of it."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from sage_active_sandbox.faults import Fault, FaultScript, of_kind
from sage_active_sandbox.gateway import GRAPHQL_JSON, Gateway
from sage_active_sandbox.graphql_api.engine import decode_body, root_fields
from sage_active_sandbox.graphql_api.multipart import is_multipart, operations_of
from sage_active_sandbox.http_messages import HttpReply, HttpRequest, encode, json_reply
from sage_active_sandbox.maesn.view import MaesnAnswer, MaesnView
from sage_active_sandbox.mutation_counts import MutationCounts
from sage_active_sandbox.oauth import SignInServer
from sage_active_sandbox.request_log import ReceivedRequest, RequestLog, RootField, loggable_form, loggable_headers
from sage_active_sandbox.store import Clock

HTML_PAGE = b"<!doctype html><html><head><title>Service</title></head><body><h1>Please wait</h1></body></html>"

Route = Callable[[HttpRequest], HttpReply]


class Application:
    """The routes of the sandbox and its request log. ``admin`` answers everything under /admin."""

    def __init__(
        self,
        *,
        clock: Clock,
        gateway: Gateway,
        sign_in: SignInServer,
        maesn: MaesnView,
        admin: Route,
        faults: FaultScript,
        requests: list[ReceivedRequest],
        counts: MutationCounts,
    ) -> None:
        self.clock = clock
        self.faults = faults
        self._log = RequestLog(requests)
        self._counts = counts
        self._gateway = gateway
        self._sign_in = sign_in
        self._maesn = maesn
        self._admin = admin

    def received(self, request: HttpRequest) -> ReceivedRequest:
        """The entry of the request log for a request; those for /admin are not kept."""
        headers = loggable_headers(request.headers)
        content_type = request.headers.get("content-type", "")
        # Of an upload the file is not kept.
        body = operations_of(content_type, request.body) if is_multipart(content_type) else request.body
        entry = ReceivedRequest(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=headers,
            time=self.clock.now(),
            company_id=request.headers.get("x-organizationid") or next(iter(request.query.get("companyId", [])), None),
            text=f"{request.query_string}\n{body.decode('utf-8', 'replace')}",
            weight=len(request.path) + len(request.query_string) + sum(map(len, headers.values())) + len(body),
        )
        if request.path == "/graphql" and request.method == "POST":
            _describe_graphql(entry, body)
        elif request.path.startswith("/connect/") and request.method == "POST":
            entry.form = loggable_form(request.form)
        elif request.path.startswith("/accounting/") and request.body:
            entry.body = _json_or_none(request.body)
        if not request.path.startswith("/admin"):
            self._log.add(entry)
            self._counts.received(entry.writes)
        return entry

    def answer(self, request: HttpRequest, entry: ReceivedRequest, faults: list[Fault], issuer: str) -> HttpReply:
        """The reply, as the faults that need no socket leave it."""
        for fault in faults:
            if fault.action == "expire_tokens":
                self._sign_in.expire_access_tokens()
            elif fault.action == "run_before" and fault.run is not None:
                fault.run()
        for fault in faults:
            canned = _canned(fault, entry)
            if canned is not None:
                return canned
        with self._counts.in_flight() if entry.writes else nullcontext():
            reply = self._route(request, entry, faults, issuer)
        for fault in of_kind(faults, "status_after"):
            reply = _status_reply(fault)
        return reply

    def _route(self, request: HttpRequest, entry: ReceivedRequest, faults: list[Fault], issuer: str) -> HttpReply:
        top = request.path.lstrip("/").partition("/")[0]
        match top:
            case "graphql":
                return self._gateway.answer(request, faults)
            case "files":
                return self._gateway.file(request)
            case "connect":
                return self._sign_in.answer(request, issuer)
            case "auth" | "accounting" | "health":
                answer = self._maesn.handle(request.method, request.path, request.query, request.headers, request.body)
                for name in entry.writes:
                    (self._counts.committed if answer.status < 300 else self._counts.refused)(name)
                return _maesn_reply(answer, faults)
            case "admin":
                return self._admin(request)
            case _:
                return HttpReply(404)


def _describe_graphql(entry: ReceivedRequest, body: bytes) -> None:
    decoded = _json_or_none(body)
    if isinstance(decoded, dict) and isinstance(decoded.get("query"), str):
        entry.document = decoded["query"]
        entry.variables = decoded.get("variables") or {}
        kind, roots = _cached_root_fields(entry.document)
        entry.kind, entry.root_fields = kind, list(roots)


@lru_cache(maxsize=256)
def _cached_root_fields(document: str) -> tuple[str | None, tuple[RootField, ...]]:
    kind, roots = root_fields(document)
    return kind, tuple(roots)


def _json_or_none(body: bytes) -> Any:
    try:
        return decode_body(body)
    except ValueError:
        return None


def _canned(fault: Fault, entry: ReceivedRequest) -> HttpReply | None:
    match fault.action:
        case "status":
            return _status_reply(fault)
        case "empty_200":
            return HttpReply(200, b"", fault.content_type)
        case "html_200":
            return HttpReply(200, HTML_PAGE, "text/html; charset=utf-8")
        case "graphql_errors" if not fault.keep_data:
            data = {root.alias or root.name: None for root in entry.root_fields}
            return json_reply(
                200, {"errors": fault.errors, "data": data}, content_type=f"{GRAPHQL_JSON}; charset=utf-8"
            )
        case _:
            return None


def _status_reply(fault: Fault) -> HttpReply:
    body = fault.body.encode() if isinstance(fault.body, str) else encode(fault.body)
    return HttpReply(fault.status, body, fault.content_type, fault.headers)


def _maesn_reply(answer: MaesnAnswer, faults: list[Fault]) -> HttpReply:
    body = answer.body
    if isinstance(body, str):
        return HttpReply(answer.status, body.encode(), answer.content_type, answer.headers)
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        for fault in of_kind(faults, "null_nodes", "empty_page", "wrong_count"):
            body = _spoiled_page(body, fault)
    return json_reply(answer.status, body, answer.headers, answer.content_type)


def _spoiled_page(body: dict[str, Any], fault: Fault) -> dict[str, Any]:
    if fault.action != "wrong_count":
        return {**body, "data": None if fault.action == "null_nodes" else []}
    meta = body.get("meta") or {}
    pagination = meta.get("pagination")
    if not pagination:
        return body
    total = {**pagination, "total": pagination["total"] + fault.delta}
    return {**body, "meta": {**meta, "pagination": total}}
