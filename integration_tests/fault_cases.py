"""Every fault of the matrix: where it strikes, what it does, and what a read promises to come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

FOREVER = -1
TIMES = {"once": 1, "three times": 3, "for ever": FOREVER}
POSITIONS = ("first", "middle", "last")
BOTH = ("direct", "maesn")
DIRECT = ("direct",)


@dataclass(frozen=True)
class FaultTarget:
    """Requests that a fault may strike, by connection, in the words of the sandbox's faults.

    `of_company`: those of one company alone, so that everything else must be delivered; elsewhere the whole read
    depends on them.
    """

    name: str
    conditions: Mapping[str, Mapping[str, Any]]
    positions: tuple[str, ...] = ("first",)
    of_company: bool = False


ROWS = FaultTarget(
    "rows",
    {"direct": {"operation": "customers"}, "maesn": {"path": "/accounting/customers"}},
    POSITIONS,
    of_company=True,
)
PAGES = FaultTarget("rows", {"direct": {"operation": "customers", "contains": "nodes"}}, POSITIONS, of_company=True)
# What is asked about all streams of a company, before they are read.
CENSUS = FaultTarget("census", {"direct": {"operation": "customers", "contains": "q0: "}}, of_company=True)
COMPANIES = FaultTarget("companies", {"direct": {"operation": "organizations"}, "maesn": {"path": "/auth/companies"}})
SIGN_IN = FaultTarget("sign-in", {"direct": {"path": "/connect/token"}})
HOST = FaultTarget("host", {"direct": {}, "maesn": {}})


@dataclass(frozen=True)
class Case:
    """One fault: its title, the sandbox's action with its options and switches, and what a read promises.

    `ended`, `forever`: "fails" (by name), "delivers" where the connector finds a way around it, "either" where that
    depends on where the fault begins (a window of one page needs no cursor). `ended` is for faults that pass.
    `takes_turns`: those that it strikes wait for each other, which takes more than a little patience.
    """

    title: str
    action: str
    options: Mapping[str, Any] = field(default_factory=dict)
    connections: tuple[str, ...] = BOTH
    forever: str = "fails"
    ended: str = "delivers"
    target: FaultTarget = ROWS
    switches: Mapping[str, Any] = field(default_factory=dict)
    times: tuple[str, ...] = tuple(TIMES)
    takes_turns: bool = False


def _status(title: str, status: int, **options: Any) -> Case:
    return Case(title, "status", {"status": status, **options})


SOME_ERROR = {"message": "Unexpected Execution Error", "extensions": {"code": "EXECUTION_ERROR"}}
TOO_EXPENSIVE = {
    "message": "The maximum allowed field cost was exceeded.",
    "extensions": {"fieldCost": 2500, "maxFieldCost": 2000, "code": "HC0047"},
}
NO_RIGHT = {"message": "not authorized", "extensions": {"code": "AUTH_NOT_AUTHORIZED"}}
HTML = "<html><body>Bad gateway</body></html>"
EXPIRED = {"statusCode": 401, "message": "JWT is expired."}

# What may go wrong with any request.
ANSWERS = (
    _status("429 with seconds", 429, headers={"Retry-After": "1"}),
    _status("429 with a date", 429, headers={"Retry-After": "DATE"}),
    _status("429 without header", 429),
    _status("500", 500, body="oops"),
    _status("502 with HTML", 502, body=HTML, content_type="text/html"),
    _status("503", 503),
    Case("connection reset before an answer", "reset_before"),
    Case("answer lost: executed, then reset", "answer_lost"),
    Case("connection reset in mid-body", "reset_mid_body"),
    Case("truncated JSON", "truncate_json"),
    Case("gzip stream cut", "gzip_cut"),
    Case("empty 200", "empty_200"),
    Case("HTML under 200", "html_200"),
    Case("GraphQL errors under 200, no data", "graphql_errors", {"errors": [SOME_ERROR]}, DIRECT),
    Case(
        "GraphQL errors under 200, partial data", "graphql_errors", {"errors": [SOME_ERROR], "keep_data": True}, DIRECT
    ),
    Case("rows that are null", "null_nodes"),
    Case("stall", "stall", {"seconds": 1.3}),
    Case("drip of a few bytes a second", "drip", {"bytes_per_second": 50}),
    Case("401", "status", {"status": 401, "body": EXPIRED}, DIRECT),
    Case("access token expires in mid-read", "expire_tokens", connections=DIRECT, takes_turns=True),
)
# What may go wrong with pages.
PAGING = (
    Case("cursor that never moves", "cursor_stuck", connections=DIRECT),
    Case("cursor refused", "cursor_refused", connections=DIRECT, forever="either"),
    Case("empty page", "empty_page"),
    Case("overlapping pages", "overlap", {"rows": 2}, DIRECT, forever="either"),
    Case("count that contradicts the rows", "wrong_count", {"delta": 2}),
    Case("cost refusal", "status", {"status": 400, "body": {"errors": [TOO_EXPENSIVE]}}, DIRECT, target=PAGES),
)
# What may go wrong with the questions before a read: no stream fails because of them.
CENSUS_ANSWERS = tuple(
    Case(title, action, options, DIRECT, forever="delivers", target=CENSUS)
    for title, action, options in (
        ("one question refused", "graphql_errors", {"errors": [{**NO_RIGHT, "path": ["q0"]}], "keep_data": True}),
        ("answers that are null", "graphql_errors", {"errors": [SOME_ERROR]}),
        ("questions too expensive", "status", {"status": 400, "body": {"errors": [TOO_EXPENSIVE]}}),
        ("504", "status", {"status": 504}),
        ("413", "status", {"status": 413}),
    )
)
# Maesn states no count of companies (docs/reference/maesn.md, "Companies"): there, a list that is short or null is what
# it is.
COMPANY_LISTS = (
    *(replace(case, target=COMPANIES) for case in ANSWERS),
    *(
        replace(case, target=COMPANIES, connections=DIRECT)
        for case in PAGING
        if case.action in ("cursor_stuck", "empty_page", "wrong_count")
    ),
)
TOKENS = (
    Case(
        "answer to a renewal lost, refresh tokens stay",
        "token_lost",
        connections=DIRECT,
        target=SIGN_IN,
        switches={"refresh_rotation": False},
    ),
    # The only copy of the new refresh token was lost on the way: nobody but the user can obtain another one.
    Case(
        "answer to a renewal lost, refresh tokens rotate",
        "token_lost",
        connections=DIRECT,
        target=SIGN_IN,
        switches={"refresh_rotation": True},
        ended="fails",
    ),
    Case(
        "two processes rotate one token over `token_path`",
        "two_processes",
        connections=DIRECT,
        target=SIGN_IN,
        # So short that every command renews: tokens are renewed a minute early.
        switches={"refresh_rotation": True, "access_token_seconds": 30},
        times=("for ever",),
        forever="delivers",
    ),
)
HOSTS = (
    Case("DNS failure", "unknown_host", target=HOST, times=("for ever",)),
    Case("TLS handshake reset", "resetting_host", target=HOST, times=("for ever",)),
)
CASES = (*ANSWERS, *PAGING, *CENSUS_ANSWERS, *COMPANY_LISTS, *TOKENS, *HOSTS)
