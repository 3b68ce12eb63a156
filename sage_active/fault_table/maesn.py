"""What Maesn answers (docs/reference/maesn.md, "Errors")."""

from typing import Final

from sage_active.fault_table.fault import MAESN, MUTATION, Action, Concern, Effect, Fault, Kind

MAESN_KEY_REFUSED = Fault(
    "maesn-key-refused",
    MAESN,
    "401 or 403",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "Maesn refused the request (HTTP {status}).",
    "Check `api_key`, and the `account_key` beside the `target_system` {target}. If they are right, the end user must "
    "sign in to Sage Active again at Maesn, or may not use this company: then list the companies to use in "
    "`companies`.",
    statuses=frozenset({401, 403}),
)
OBJECT_NOT_OFFERED = Fault(
    "object-not-offered",
    MAESN,
    "404 or 405",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.STREAM,
    Effect.NONE,
    "Maesn does not offer this for Sage Active (HTTP {status}).",
    "See the table of objects in the documentation for what each connection offers.",
    statuses=frozenset({404, 405}),
)
RECORD_REFUSED = Fault(
    "record-refused",
    MAESN,
    "400, or another 4xx that no other row describes, to the creation of a record",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.RECORD,
    Effect.NONE,
    "Maesn refused the record (HTTP {status}): {detail}.",
    "Fix the record at its source, and run the sync again.",
    # After a time-out (408) nobody knows.
    statuses=frozenset(range(400, 500)) - {408},
    codes=frozenset({MUTATION}),
)
COMPANY_REFUSED = Fault(
    "company-refused",
    MAESN,
    "400",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "Maesn refused the request (HTTP 400): {detail}.",
    "Where the configuration has an `environment_name`, remove it: the right one is looked up. Otherwise compare "
    "`companies` with those that `check` lists for this account key.",
    statuses=frozenset({400}),
)
TWO_KEYS = Fault(
    "two-keys",
    MAESN,
    "a record whose `invoiceId` and `id` differ",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.STREAM,
    Effect.UNKNOWN,
    "Maesn gives a record of {stream} two different keys: {detail}.",
    "It is unclear which of them is stable. Deselect the stream, and report it to Maesn with this message.",
)

# The first that matches decides.
MAESN_FAULTS: Final = (MAESN_KEY_REFUSED, OBJECT_NOT_OFFERED, RECORD_REFUSED, COMPANY_REFUSED)
