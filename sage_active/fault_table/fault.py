"""What a row of the table of faults says."""

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


class Concern(Enum):
    """What else would meet the same fault: how much a write gives up with it."""

    RECORD = "one record, or what one request asked for"
    STREAM = "all records of the stream in the company"
    CONNECTION = "everything, as far as the answer tells"


class Effect(Enum):
    """Whether a write that was answered so may have had an effect."""

    NONE = "had no effect"
    UNKNOWN = "may have had an effect and is looked up"


class Denial(Enum):
    """Why a company or a user may not have what was asked for."""

    EDITION = "the edition of the company does not include it"
    RIGHT = "the user lacks the right"


DIRECT: Final = frozenset({Api.DIRECT})
MAESN: Final = frozenset({Api.MAESN})
SIGN_IN: Final = frozenset({Api.SIGN_IN})
BOTH: Final = DIRECT | MAESN
EVERYONE: Final = frozenset(Api)
# Marks beside the codes of an answer: that it has GraphQL errors, and that it is the answer to a write.
GRAPHQL: Final = "GRAPHQL"
MUTATION: Final = "MUTATION"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row: the marks that identify an answer, and what follows from it.

    `statuses`: HTTP statuses (empty: any); `codes`: GraphQL `extensions.code` or OAuth `error`; `text`: a pattern that
    the error's text must contain. All marks that are given must fit. `denies`: set where the fault is a lack of an
    edition or of a right; what is unclear is a right. `name` is stable: tests and docs refer to it. Raises `ValueError`
    without a cause or a remedy.
    """

    name: str
    apis: frozenset[Api]
    seen_as: str
    action: Action
    kind: Kind
    concerns: Concern
    effect: Effect
    cause: str
    remedy: str
    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None
    denies: Denial | None = None

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


def pattern(text: str) -> re.Pattern[str]:
    """A pattern for the text of errors, which servers spell in upper or lower case as they like."""
    return re.compile(text, re.IGNORECASE)
