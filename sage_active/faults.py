"""What can go wrong, what the connectors do about it, and what they tell the user: one table.

Each row of `FAULTS` is: what the answer looks like -> action -> kind -> cause and remedy in the user's words. The first
row that matches decides. Sources: fact sheet, sections 2 to 6 and 19; Maesn sheet, section 4; the server notes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Api(Enum):
    """Who answered."""

    DIRECT = "Sage Active"
    MAESN = "Maesn"
    SIGN_IN = "the Sage sign-in server"


class Action(Enum):
    """What the connector does about a fault."""

    RETRY = "wait and try again"
    SIGN_IN_AGAIN = "renew the access token and try again, a few times"
    SMALLER_PAGE = "ask for smaller pages"
    DROP_FIELD = "leave the field out and go on"
    START_OVER = "read these rows again from their first page"
    CHANGE_FILTER = "read without the refused filter"
    FAIL = "stop"


class Kind(Enum):
    """Whose turn it is: the user's, nobody's (it passes), or the maintainers'."""

    CONFIGURATION = "configuration"
    TRANSIENT = "transient"
    SYSTEM = "system"


BOTH: Final = frozenset({Api.DIRECT, Api.MAESN})
EVERYONE: Final = frozenset(Api)
DIRECT: Final = frozenset({Api.DIRECT})
MAESN: Final = frozenset({Api.MAESN})
# Marks beside the codes of an answer: that it has GraphQL errors, and that these are the answer to a write.
GRAPHQL: Final = "GRAPHQL"
MUTATION: Final = "MUTATION"
SIGN_IN: Final = frozenset({Api.SIGN_IN})


@dataclass(frozen=True, slots=True)
class Fault:
    """One row: the marks by which an answer is recognised, and what follows from it.

    `statuses`: HTTP statuses (empty: any); `codes`: GraphQL `extensions.code` or OAuth `error`; `text`: a pattern that
    the error's text must contain. All marks that are given must fit. `name` is stable: tests and docs refer to it.
    Raises `ValueError` without a cause or a remedy.
    """

    name: str
    apis: frozenset[Api]
    seen_as: str
    action: Action
    kind: Kind
    cause: str
    remedy: str
    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        if not self.cause.strip() or not self.remedy.strip():
            raise ValueError(f"the fault {self.name!r} needs a cause and a remedy")

    def matches(self, api: Api, status: int | None, codes: Sequence[str], text: str) -> bool:
        """Whether an answer of `api` is this fault."""
        if not (self.statuses or self.codes or self.text):
            return False
        return (
            api in self.apis
            and (not self.statuses or status in self.statuses)
            and (not self.codes or not self.codes.isdisjoint(codes))
            and (self.text is None or self.text.search(text) is not None)
        )


def _text(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


SIGN_IN_REMEDY: Final = (
    "Sign in again: in Airbyte press the sign-in button of the connection, elsewhere run `sage-active login`, "
    "or put a new refresh token into `credentials.refresh_token`."
)

UNREACHABLE = Fault(
    "unreachable",
    EVERYONE,
    "no connection: DNS failure, refused connection, TLS failure, reset, timeout",
    Action.RETRY,
    Kind.TRANSIENT,
    "{api} could not be reached: {detail}.",
    "Check that this machine reaches the hosts named in the documentation, then run the sync again.",
)
PROXY_REMEDY: Final = (
    "Correct the proxy of this machine (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`), or except the API's hosts from it "
    "with `NO_PROXY`."
)
PROXY_UNREACHABLE = Fault(
    "proxy-unreachable",
    EVERYONE,
    "the proxy of the environment refuses the connection, is not known, or has trouble of its own",
    Action.RETRY,
    Kind.TRANSIENT,
    "{api} could not be reached: {detail}.",
    f"Check that the proxy is running. {PROXY_REMEDY}",
)
PROXY_UNUSABLE = Fault(
    "proxy-unusable",
    EVERYONE,
    "the environment names a proxy that cannot be used: not an address, SOCKS without PySocks, or one that refuses to "
    "connect to the host",
    Action.FAIL,
    Kind.CONFIGURATION,
    "{api} could not be reached: {detail}.",
    PROXY_REMEDY,
)
PROXY_PASSWORD = Fault(
    "proxy-password",
    EVERYONE,
    "407",
    Action.FAIL,
    Kind.CONFIGURATION,
    "{api} could not be reached: the proxy {detail} asks for a user and a password (407).",
    "Put them into the address of the proxy (`http://user:password@host:port`), special characters percent-encoded. "
    f"{PROXY_REMEDY}",
)
CERTIFICATES_UNUSABLE = Fault(
    "certificates-unusable",
    EVERYONE,
    "`REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE` names no certificates that can be read",
    Action.FAIL,
    Kind.CONFIGURATION,
    "{api} could not be reached: {detail}.",
    "Let the variable name a file of certificates in PEM form that this program may read, or remove the variable.",
)
TOO_HEAVY = Fault(
    "too-heavy",
    EVERYONE,
    "a body that is larger than an answer may be, decoded or as it travels; a page, even with one row",
    Action.SMALLER_PAGE,
    Kind.SYSTEM,
    "{api} sent an answer that is too large: {detail}.",
    "Check whether a proxy answers in its place. If one row is as large as that, deselect its largest fields or the "
    "stream; if it persists, report it with this message.",
)
TOO_DEEP = Fault(
    "too-deep",
    EVERYONE,
    "a body that is nested more deeply than can be decoded",
    Action.FAIL,
    Kind.SYSTEM,
    "{api} sent an answer that is nested too deeply to be read.",
    "Check whether a proxy answers in its place; if it persists, report it with this message.",
)
CUT_SHORT = Fault(
    "cut-short",
    EVERYONE,
    "an empty, truncated or undecodable body, one that is not UTF-8, or an HTML page, under HTTP 200; directly "
    "also under a status that no other row describes",
    Action.RETRY,
    Kind.TRANSIENT,
    "{api} sent an answer that is not complete JSON: {detail}.",
    "This normally passes. If it persists, check proxies between this machine and the API, then run the sync again.",
)
TOKEN_UNUSABLE = Fault(
    "token-unusable",
    SIGN_IN,
    "an access token with other characters than printable ASCII, which no header carries",
    Action.FAIL,
    Kind.TRANSIENT,
    "The Sage sign-in server sent an access token that cannot be used: it has characters that no token has.",
    "A new refresh token that came with it was kept. Run the sync again; if it persists, check proxies between this "
    "machine and the sign-in server, or sign in again.",
)
CONTRADICTION = Fault(
    "contradiction",
    BOTH,
    "pages that contradict the count that the API states or bring nothing new, cursors that do not move, counts that "
    "nothing has, `nodes` that are null, values of another type",
    Action.RETRY,
    Kind.SYSTEM,
    "{api} contradicts itself while {stream} is read: {detail}.",
    "Nothing was marked as read. Run the sync again at a quieter time; if it persists, report it with this message.",
)
UNEXPECTED = Fault(
    "unexpected",
    EVERYONE,
    "any answer that no other row describes",
    Action.FAIL,
    Kind.SYSTEM,
    "{api} answered in a way that the connector does not know: {detail}.",
    "Run the sync again; if it persists, report it with this message.",
)
RECORD_REFUSED = Fault(
    "record-refused",
    MAESN,
    "400, or another 4xx that no other row describes, to the creation of a record",
    Action.FAIL,
    Kind.CONFIGURATION,
    "Maesn refused the record (HTTP {status}): {detail}.",
    "Fix the record where it comes from, and run the sync again.",
)

TWO_KEYS = Fault(
    "two-keys",
    MAESN,
    "a record whose `invoiceId` and `id` differ",
    Action.FAIL,
    Kind.CONFIGURATION,
    "Maesn gives a record of {stream} two different keys: {detail}.",
    "Nobody can tell which of them stays. Deselect the stream, and report it to Maesn with this message.",
)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "wrong-subscription-key",
        DIRECT,
        "401, message about the subscription key",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Sage Active refused the subscription key.",
        "Copy the primary key of the Solution that belongs to `credentials.target_system` ({target}) from the Sage "
        "Developer Center into `credentials.subscription_key`; each market has a key of its own.",
        statuses=frozenset({401, 403}),
        text=_text("subscription"),
    ),
    Fault(
        "access-token-refused",
        DIRECT,
        "401, any other message",
        Action.SIGN_IN_AGAIN,
        Kind.CONFIGURATION,
        "Sage Active refused the access token, also after it was renewed.",
        SIGN_IN_REMEDY,
        statuses=frozenset({401}),
    ),
    Fault(
        "never-signed-in",
        DIRECT | SIGN_IN,
        "403",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Sage refused the signed-in user (HTTP 403).",
        "Let this user sign in to Sage Active itself once, and check the user's role in the company.",
        statuses=frozenset({403}),
    ),
    Fault(
        "maesn-key-refused",
        MAESN,
        "401 or 403",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Maesn refused the request (HTTP {status}).",
        "Check `credentials.api_key` and `credentials.account_key`. If they are right, the end user must sign in to "
        "Sage Active again at Maesn, or may not use this company: then list the companies to use in `companies`.",
        statuses=frozenset({401, 403}),
    ),
    Fault(
        "redirected",
        EVERYONE,
        "any 3xx",
        Action.FAIL,
        Kind.CONFIGURATION,
        "{api} cannot be reached here, because a redirect came back: {detail}.",
        "A proxy or a captive portal answers in its place: sign in there, or let this machine reach the hosts named in "
        "the documentation, and run the sync again.",
        statuses=frozenset(range(300, 400)),
    ),
    Fault(
        "refresh-token-dead",
        SIGN_IN,
        "`invalid_grant`",
        Action.FAIL,
        Kind.CONFIGURATION,
        "The refresh token is expired, revoked or already used.",
        SIGN_IN_REMEDY + " Where nobody applies the rotated tokens (docker by hand, cron), set `token_path`.",
        codes=frozenset({"invalid_grant"}),
    ),
    Fault(
        "client-refused",
        SIGN_IN,
        "`invalid_client`, `unauthorized_client`",
        Action.FAIL,
        Kind.CONFIGURATION,
        "The Sage sign-in server refused the app ({detail}).",
        "Check `credentials.client_id` and `credentials.client_secret` against the app in the Sage Developer Center.",
        codes=frozenset({"invalid_client", "unauthorized_client"}),
    ),
    Fault(
        "sign-in-refused",
        SIGN_IN,
        "`invalid_request`, `invalid_scope`, `access_denied`",
        Action.FAIL,
        Kind.CONFIGURATION,
        "The Sage sign-in server refused to renew the access token ({detail}).",
        SIGN_IN_REMEDY,
        codes=frozenset({"invalid_request", "invalid_scope", "access_denied"}),
    ),
    Fault(
        "rate-limited",
        EVERYONE,
        "429",
        Action.RETRY,
        Kind.TRANSIENT,
        "{api} answers 429, too many requests, for longer than the connector waits.",
        "Other programs share the quota of the app. Lower `requests_per_minute` or run the sync at a quieter time.",
        statuses=frozenset({429}),
    ),
    Fault(
        "organization-missing",
        DIRECT,
        "message about X-OrganizationId, or 400 with the body that the vendor documents for a wrong header",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Sage Active does not accept the company ({detail}).",
        "Run `check`: it lists the companies that this sign-in can use; put one of them into `companies`.",
        text=_text(r"X-OrganizationId|\"SyntaxNode\""),
    ),
    Fault(
        "edition-lacks-feature",
        DIRECT,
        "`global.businessErrors.authorizationFeature`",
        Action.DROP_FIELD,
        Kind.CONFIGURATION,
        "The Sage Active edition of the company does not include what was asked for ({detail}).",
        "Deselect the stream for this company, or upgrade the edition.",
        text=_text(r"businessErrors\.authorizationFeature"),
    ),
    Fault(
        "right-missing",
        DIRECT,
        "`AUTH_NOT_AUTHORIZED` or `global.businessErrors.authorizationPolicy`",
        Action.DROP_FIELD,
        Kind.CONFIGURATION,
        "The signed-in user lacks a right in this company ({detail}).",
        "Give the user's role the right in Sage Active, or deselect the stream.",
        text=_text(r"AUTH_NOT_AUTHORIZED|businessErrors\.authorizationPolicy|not authorized to access"),
    ),
    Fault(
        "number-taken",
        DIRECT,
        "`documentIdAlreadyExistInOrganization`, `vatNumberAlreadyExistInOrganization`",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Another third party of the company has this identification or VAT number already ({detail}).",
        "Send the record under the code of that one, or correct the number.",
        codes=frozenset({MUTATION}),
        text=_text(r"(documentId|vatNumber)AlreadyExistInOrganization"),
    ),
    Fault(
        "code-with-blanks",
        DIRECT,
        "`codeCannotContainBlankSpaces`",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Sage Active takes no blanks in a code ({detail}).",
        "Send the record with a code without blanks.",
        codes=frozenset({MUTATION}),
        text=_text("codeCannotContainBlankSpaces"),
    ),
    Fault(
        "input-refused",
        DIRECT,
        "validation error in answer to a write: a member or value that the input does not have",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Sage Active does not take a member or a value of the record ({detail}).",
        "Correct it; if Sage Active's own pages allow it, update the connector or leave the member out.",
        codes=frozenset({MUTATION}),
        text=_text(r"input (object )?field|is not defined by type|does not exist on the type|HC001[68]"),
    ),
    Fault(
        "write-too-expensive",
        DIRECT,
        "HC0047 in answer to one write",
        Action.FAIL,
        Kind.SYSTEM,
        "Sage Active finds the record too expensive to write ({detail}).",
        "Send it with fewer children.",
        codes=frozenset({MUTATION}),
        text=_text("HC0047"),
    ),
    Fault(
        "too-expensive",
        DIRECT,
        "HC0047, the query costs more than the server allows",
        Action.SMALLER_PAGE,
        Kind.SYSTEM,
        "Sage Active finds even the smallest page of {stream} too expensive ({detail}).",
        "Deselect fields of the stream that you do not need.",
        codes=frozenset({"HC0047"}),
    ),
    Fault(
        "cursor-refused",
        DIRECT,
        "HC0078, the cursor of the next page is refused",
        Action.START_OVER,
        Kind.SYSTEM,
        "Sage Active keeps refusing its own cursors while {stream} is read ({detail}).",
        "Run the sync again; if it persists, report it with this message.",
        codes=frozenset({"HC0078"}),
    ),
    Fault(
        "server-time-out",
        DIRECT,
        "HC0045, execution timed out on the server",
        Action.RETRY,
        Kind.TRANSIENT,
        "Sage Active gave up on a query because it took too long.",
        "Run the sync again at a quieter time, or deselect fields that you do not need.",
        codes=frozenset({"HC0045"}),
    ),
    Fault(
        "filter-unknown",
        DIRECT,
        "validation error: a member of a filter or an order does not exist, or has another type",
        Action.CHANGE_FILTER,
        Kind.SYSTEM,
        "Sage Active no longer knows a filter without which {stream} cannot be read ({detail}).",
        "Update the connector; if there is no newer version, report it with this message.",
        text=_text(
            r"input object field|is not defined by type"
            r"|not compatible with the type of the current location|used in position expecting type"
            r"|does not match the (field|argument) type"
        ),
    ),
    Fault(
        "field-unknown",
        DIRECT,
        "validation error: a field does not exist on a type, is an object instead of a leaf or the other way round, or "
        "needs an argument",
        Action.DROP_FIELD,
        Kind.SYSTEM,
        "Sage Active no longer knows something without which {stream} cannot be read ({detail}).",
        "Update the connector; if there is no newer version, report it with this message.",
        text=_text(
            r"does not exist on the type|Cannot query field"
            r"|returns a scalar value|must not have a selection"
            r"|is an object, interface or union type field|must have a selection"
            r"|argument [`'\"]\w+[`'\"] is required"
        ),
    ),
    Fault(
        "write-refused",
        DIRECT,
        "any other error in answer to a write: a business rule, or words without a key",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Sage Active refused the record: {detail}.",
        "Fix what the rule names (Sage's documentation of errors explains its key), then run the sync again.",
        codes=frozenset({MUTATION}),
    ),
    Fault(
        "business-rule",
        DIRECT,
        "a key `global|sales|accounting.businessErrors.*`",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Sage Active refused the request by one of its rules: {detail}.",
        "Look the key up in Sage's documentation of errors, fix its cause in Sage Active and run the sync again.",
        text=_text(r"businessErrors\."),
    ),
    Fault(
        "graphql-error",
        DIRECT,
        "GraphQL errors that no other row describes, with or without partial data",
        Action.RETRY,
        Kind.SYSTEM,
        "Sage Active keeps answering with an error: {detail}.",
        "Run the sync again later; if it persists, report it with this message.",
        codes=frozenset({GRAPHQL}),
    ),
    Fault(
        "object-not-offered",
        MAESN,
        "404 or 405",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Maesn does not offer this for Sage Active (HTTP {status}).",
        "See the table of objects in the documentation for what each connection offers.",
        statuses=frozenset({404, 405}),
    ),
    Fault(
        "company-refused",
        MAESN,
        "400",
        Action.FAIL,
        Kind.CONFIGURATION,
        "Maesn refused the request (HTTP 400): {detail}.",
        "Where the configuration has an `environment_name`, remove it: the right one is looked up. Otherwise compare "
        "`companies` with those that `check` lists for this account key.",
        statuses=frozenset({400}),
    ),
    Fault(
        "server-error",
        EVERYONE,
        "any 5xx",
        Action.RETRY,
        Kind.TRANSIENT,
        "{api} has trouble of its own (HTTP {status}).",
        "This normally passes: run the sync again later.",
        statuses=frozenset(range(500, 600)),
    ),
)
TABLE: Final[tuple[Fault, ...]] = (
    *FAULTS,
    UNREACHABLE,
    PROXY_UNREACHABLE,
    PROXY_UNUSABLE,
    PROXY_PASSWORD,
    CERTIFICATES_UNUSABLE,
    CUT_SHORT,
    TOO_HEAVY,
    TOO_DEEP,
    CONTRADICTION,
    TOKEN_UNUSABLE,
    UNEXPECTED,
    RECORD_REFUSED,
    TWO_KEYS,
)
FAULT_BY_NAME: Final = {fault.name: fault for fault in TABLE}
# Rows that something else depends on.
BUSINESS_RULE: Final = FAULT_BY_NAME["business-rule"]
COMPANY_REFUSED: Final = FAULT_BY_NAME["company-refused"]
FIELD_UNKNOWN: Final = FAULT_BY_NAME["field-unknown"]
REFRESH_TOKEN_DEAD: Final = FAULT_BY_NAME["refresh-token-dead"]


def rows(*names: str) -> frozenset[Fault]:
    """Rows by name. Raises `KeyError` for a name that the table does not have, which would never fit."""
    return frozenset(FAULT_BY_NAME[name] for name in names)


def classify(api: Api, status: int | None, codes: Sequence[str] = (), text: str = "") -> Fault:
    """The first row that describes the answer; `UNEXPECTED` when none does."""
    return next((fault for fault in FAULTS if fault.matches(api, status, codes, text)), UNEXPECTED)
