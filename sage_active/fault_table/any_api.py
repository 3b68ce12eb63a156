"""What an answer of any of the APIs may be."""

from sage_active.fault_table.fault import BOTH, EVERYONE, Action, Concern, Effect, Fault, Kind

RATE_LIMITED = Fault(
    "rate-limited",
    EVERYONE,
    "429",
    Action.RETRY,
    Kind.TRANSIENT,
    Concern.CONNECTION,
    Effect.NONE,
    "{api} answers 429, too many requests, for longer than the connector waits.",
    "Other programs share the quota of the app. Lower `requests_per_minute` or run the sync at a quieter time.",
    statuses=frozenset({429}),
)
SERVER_ERROR = Fault(
    "server-error",
    EVERYONE,
    "any 5xx",
    Action.RETRY,
    Kind.TRANSIENT,
    Concern.CONNECTION,
    Effect.UNKNOWN,
    "{api} has trouble of its own (HTTP {status}).",
    "This normally passes: run the sync again later.",
    statuses=frozenset(range(500, 600)),
)
CUT_SHORT = Fault(
    "cut-short",
    EVERYONE,
    "an empty, truncated or undecodable body, one that is not UTF-8, or an HTML page, under HTTP 200; directly "
    "also under a status that no other row describes",
    Action.RETRY,
    Kind.TRANSIENT,
    Concern.CONNECTION,
    Effect.UNKNOWN,
    "{api} sent an answer that is not complete JSON: {detail}.",
    "This normally passes. If it persists, check proxies between this machine and the API, then run the sync again.",
)
TOO_HEAVY = Fault(
    "too-heavy",
    EVERYONE,
    "a body that is larger than an answer may be, decoded or as it travels; a page, even with one row",
    Action.SMALLER_PAGE,
    Kind.SYSTEM,
    Concern.CONNECTION,
    Effect.UNKNOWN,
    "{api} sent an answer that is too large: {detail}.",
    "Check whether a proxy answers instead. If a single row is that large, deselect its largest fields or the stream; "
    "if it persists, report it with this message.",
)
TOO_DEEP = Fault(
    "too-deep",
    EVERYONE,
    "a body that is nested more deeply than can be decoded",
    Action.FAIL,
    Kind.SYSTEM,
    Concern.CONNECTION,
    Effect.UNKNOWN,
    "{api} sent an answer that is nested too deeply to be read.",
    "Check whether a proxy answers instead; if it persists, report it with this message.",
)
CONTRADICTION = Fault(
    "contradiction",
    BOTH,
    "pages that contradict the count that the API states or bring nothing new, cursors that do not move, counts that "
    "nothing has, `nodes` that are null, values of another type",
    Action.RETRY,
    Kind.SYSTEM,
    Concern.CONNECTION,
    Effect.UNKNOWN,
    "{api} contradicts itself while {stream} is read: {detail}.",
    "Nothing was marked as read. Run the sync again at a quieter time; if it persists, report it with this message.",
)
UNEXPECTED = Fault(
    "unexpected",
    EVERYONE,
    "any answer that no other row describes",
    Action.FAIL,
    Kind.SYSTEM,
    Concern.CONNECTION,
    Effect.UNKNOWN,
    "{api} answered in a way that the connector does not know: {detail}.",
    "Run the sync again; if it persists, report it with this message.",
)
