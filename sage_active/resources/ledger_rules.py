"""Rules for accounts and journals that are created; what exists is never held against them.

Source: docs/reference/accounting.md, "Accounts" and "Journals and exercises".
"""

from collections.abc import Mapping
from typing import Final

from sage_active.resources.rules import Rule

_SUB_ACCOUNT: Final = {"accountLevel": "SUB_ACCOUNT"}
_OTHER_LEVELS: Final = "; an account of another level states its `accountLevel`"
# Market -> the codes of sub-accounts, and what they are like. In Spain each company sets the number of digits.
_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "DE": (r"[0-9]{4}", "must have four digits"),
    "ES": (r"[0-9]{5,13}", "must have as many digits as the company's accounts have, from 5 to 13"),
    "FR": (r"[0-9]{3}[0-9A-Za-z]{1,10}", "must have 4 to 13 letters and digits, the first three of them digits"),
}
_NOT_SPANISH: Final = frozenset({"DE", "FR"})

OF_ACCOUNTS: Final = (
    *(
        Rule(
            path="code",
            test="pattern",
            value=pattern,
            reason=f"{description}{_OTHER_LEVELS}",
            code="invalid",
            markets=frozenset({market}),
            when=_SUB_ACCOUNT,
            creating=True,
        )
        for market, (pattern, description) in _CODES.items()
    ),
    Rule(
        path="yearEndClosingAccountId",
        test="required",
        reason="is required of an account with the `accountType` ECPN, and has no value",
        code="required",
        markets=frozenset({"ES"}),
        when={**_SUB_ACCOUNT, "accountType": "ECPN"},
    ),
)
OF_JOURNALS: Final = tuple(
    Rule(
        path=path,
        test="forbidden",
        value=values,
        reason="is for companies in Spain; leave it out, or choose another kind of journal",
        code="invalid",
        markets=_NOT_SPANISH,
        creating=True,
    )
    for path, values in (
        ("type", ("CLOSING",)),
        ("isCreditNote", (True,)),
        ("creditNoteReason", ("R1", "R2", "R3", "R4", "R5")),
    )
)
