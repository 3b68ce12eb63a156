"""What the signed-in user may not do: by role, or by the edition of Sage Active (fact sheet, section 4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

ROLE = "global.businessErrors.authorizationPolicy"
EDITION = "global.businessErrors.authorizationFeature"
GENERAL = "AUTH_NOT_AUTHORIZED"
REASONS = (ROLE, EDITION, GENERAL)

VERBS = {"create": "add", "update": "edit"}
"""How rights call what mutations do; only "add-product" is documented."""


@dataclass
class Rights:
    """``denied`` maps names of mutations and queries to the reason for which they are refused."""

    denied: dict[str, str] = field(default_factory=dict)

    def replace(self, denied: Mapping[str, str]) -> None:
        """Deny exactly these; a reason that is not one of `REASONS` raises ValueError."""
        for action, reason in denied.items():
            if reason not in REASONS:
                raise ValueError(f"{action} is denied for one of {', '.join(REASONS)}, not {reason!r}")
        self.denied = dict(denied)


def right_name(action: str) -> str:
    """The right that an action needs: "add-product" for createProduct."""
    parts = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+", action)]
    return "-".join([VERBS.get(parts[0], parts[0]), *parts[1:]])
