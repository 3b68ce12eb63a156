"""What can go wrong, what the connectors do about it, and what they tell the user: one table.

Each row is: what the answer looks like -> action -> kind -> what it concerns and may have done -> cause and remedy in
the user's words. The first row of `FAULTS` that matches decides. The rows are in `fault_table/`.
"""

from collections.abc import Sequence
from typing import Final

from sage_active.fault_table.any_api import (
    CONTRADICTION,
    CUT_SHORT,
    RATE_LIMITED,
    SERVER_ERROR,
    TOO_DEEP,
    TOO_HEAVY,
    UNEXPECTED,
)
from sage_active.fault_table.direct import (
    BUSINESS_RULE,
    FIELD_UNKNOWN,
    FILE_UNREADABLE,
    GATEWAY,
    GRAPHQL_FAULTS,
)
from sage_active.fault_table.fault import (
    GRAPHQL,
    MUTATION,
    Action,
    Api,
    Concern,
    Denial,
    Effect,
    Fault,
    Kind,
)
from sage_active.fault_table.maesn import COMPANY_REFUSED, MAESN_FAULTS, OBJECT_NOT_OFFERED, RECORD_REFUSED, TWO_KEYS
from sage_active.fault_table.network import (
    CERTIFICATES_UNUSABLE,
    PROXY_PASSWORD,
    PROXY_UNREACHABLE,
    PROXY_UNUSABLE,
    REDIRECTED,
    UNREACHABLE,
)
from sage_active.fault_table.sign_in import OAUTH, REFRESH_TOKEN_DEAD, TOKEN_UNUSABLE

__all__ = [
    "BUSINESS_RULE",
    "CERTIFICATES_UNUSABLE",
    "COMPANY_REFUSED",
    "CONTRADICTION",
    "CUT_SHORT",
    "FAULTS",
    "FAULT_BY_NAME",
    "FIELD_UNKNOWN",
    "FILE_UNREADABLE",
    "GRAPHQL",
    "MUTATION",
    "OBJECT_NOT_OFFERED",
    "PROXY_PASSWORD",
    "PROXY_UNREACHABLE",
    "PROXY_UNUSABLE",
    "RECORD_REFUSED",
    "REDIRECTED",
    "REFRESH_TOKEN_DEAD",
    "SERVER_ERROR",
    "TABLE",
    "TOKEN_UNUSABLE",
    "TOO_DEEP",
    "TOO_HEAVY",
    "TWO_KEYS",
    "UNEXPECTED",
    "UNREACHABLE",
    "Action",
    "Api",
    "Concern",
    "Denial",
    "Effect",
    "Fault",
    "Kind",
    "classify",
    "rows",
]

FAULTS: Final[tuple[Fault, ...]] = (
    *GATEWAY,
    REDIRECTED,
    *OAUTH,
    RATE_LIMITED,
    *GRAPHQL_FAULTS,
    SERVER_ERROR,
    *MAESN_FAULTS,
)
# With the faults that no answer is matched with.
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
    TWO_KEYS,
    FILE_UNREADABLE,
)
FAULT_BY_NAME: Final = {fault.name: fault for fault in TABLE}


def rows(*names: str) -> frozenset[Fault]:
    """Rows by name. Raises `KeyError` for a name that the table does not have, which would never fit."""
    return frozenset(FAULT_BY_NAME[name] for name in names)


def classify(api: Api, status: int | None, codes: Sequence[str] = (), text: str = "") -> Fault:
    """The first row that describes the answer; `UNEXPECTED` when none does."""
    return next((fault for fault in FAULTS if fault.matches(api, status, codes, text)), UNEXPECTED)
