"""What users may not do: by their role, or by the edition of the company.

Source: docs/reference/server-behaviour.md, "Editions and rights".
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

ROLE = "global.businessErrors.authorizationPolicy"
EDITION = "global.businessErrors.authorizationFeature"
GENERAL = "AUTH_NOT_AUTHORIZED"
REASONS = (ROLE, EDITION, GENERAL)

VERBS = {"create": "add", "update": "edit"}
"""How rights call what mutations do; only "add-product" is documented."""

Edition = Literal["Essentials", "Starter"]
EDITIONS: Final = ("Essentials", "Starter")

LACKING_IN_STARTER: Final = frozenset(
    {
        "accountingEntries",
        "accountingEntryLines",
        "accountingEntryPayments",
        "accountingEntryDimensionTags",
        "createAccountingEntryUsingCodes",
        "createAccountingEntryUsingIds",
        "deleteAccountingEntry",
    }
)
"""Starter has no accounting entries, not even for an administrator.

Source: docs/reference/server-behaviour.md, "Editions and rights".
"""


@dataclass
class User:
    """Someone who signs in.

    A user with a role that only reads may send no mutation and no query that acts. ``denied`` maps further mutations
    and queries to the reason of the refusal; companies whose id is in ``hidden`` do not exist for the user.
    """

    id: str
    first_name: str
    last_name: str
    email: str
    read_only: bool = False
    denied: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def profile(self) -> dict[str, Any]:
        """The user as `userProfile` shows it."""
        return {
            "id": self.id,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "fullName": f"{self.first_name} {self.last_name}",
            "applicationLanguageCode": "en-US",
            "authenticationEmail": self.email,
        }

    def as_dict(self) -> dict[str, Any]:
        """What the user may not do, JSON-able."""
        return {"read_only": self.read_only, "denied": self.denied, "hidden": sorted(self.hidden)}


ADMINISTRATOR: Final = "sam.sandbox@example.com"
READER: Final = "rita.sandbox@example.com"
"""The users of the sandbox; an address as `login_hint` chooses who signs in.

Source: docs/reference/authentication.md, "Sign-in".
"""


def _users() -> dict[str, User]:
    ids = [str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) for name in ("user.example.com", "reader.example.com")]
    administrator = User(ids[0], "Sam", "Sandbox", ADMINISTRATOR)
    reader = User(ids[1], "Rita", "Sandbox", READER, read_only=True)
    return {user.email: user for user in (administrator, reader)}


class Rights:
    """``denied`` maps names of mutations and queries to the reason for which they are refused, whoever sends them.

    ``users`` are those who can sign in, by e-mail address: an administrator, and one who only reads. ``editions`` has
    the edition of companies by their id; the others have the one of the switch edition.
    """

    def __init__(self) -> None:
        self.denied: dict[str, str] = {}
        self.editions: dict[str, str] = {}
        self.users = _users()

    def reset_users(self) -> None:
        """The users as they were at the start."""
        self.users = _users()

    def replace(self, denied: Mapping[str, str]) -> None:
        """Deny exactly these; a reason that is not one of `REASONS` raises ValueError."""
        _check_reasons(denied)
        self.denied = dict(denied)

    def set_editions(self, editions: Mapping[str, str]) -> None:
        """Give these companies their edition; ValueError for an unknown one."""
        for company_id, edition in editions.items():
            if edition not in EDITIONS:
                raise ValueError(f"the edition of {company_id} is one of {', '.join(EDITIONS)}, not {edition!r}")
        self.editions.update({company_id.lower(): edition for company_id, edition in editions.items()})

    def change_user(self, email: str, changes: Mapping[str, Any]) -> None:
        """Change what a user may not do; KeyError for an unknown user, ValueError for an unknown member or reason."""
        user = self.users[email]
        unknown = [name for name in changes if name not in user.as_dict()]
        if unknown:
            raise ValueError(f"a user has no member {unknown[0]!r}; there are {', '.join(user.as_dict())}")
        _check_reasons(changes.get("denied") or {})
        for name, value in changes.items():
            setattr(user, name, {"denied": dict, "hidden": set, "read_only": bool}[name](value))

    def denial(
        self, action: str, user: User, company_id: str | None, usual_edition: str, *, writes: bool
    ) -> str | None:
        """Why a mutation or query is refused, None if it is not. The edition comes first: it binds everyone."""
        edition = self.editions.get(company_id or "", usual_edition)
        if company_id is not None and edition == "Starter" and action in LACKING_IN_STARTER:
            return EDITION
        reason = self.denied.get(action) or user.denied.get(action)
        return reason or (ROLE if writes and user.read_only else None)


def _check_reasons(denied: Mapping[str, str]) -> None:
    for action, reason in denied.items():
        if reason not in REASONS:
            raise ValueError(f"{action} is denied for one of {', '.join(REASONS)}, not {reason!r}")


def right_name(action: str) -> str:
    """The right that an action needs: "add-product" for createProduct."""
    parts = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+", action)]
    return "-".join([VERBS.get(parts[0], parts[0]), *parts[1:]])
