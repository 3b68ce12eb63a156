"""How a service refuses a write, such as that of what is there already."""

import re
from collections.abc import Mapping
from typing import Final

from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.mutation_errors import FIELD_OF_REFUSAL
from sage_active.writing import Reply
from sage_active_cli.doctor.question import Meaning, Observation
from sage_active_cli.rehearse.stage import refusal_of

# A key has letters only, so that it cannot hold anything of a company.
_KEY: Final = re.compile(r"[a-z]{1,20}\.businessErrors\.[A-Za-z_]{1,80}", re.ASCII)
ACCEPTED: Final = "accepted"


def refusals(connector: str) -> Mapping[str, Meaning]:
    """The ways to refuse something, and what the connector makes of any of them."""
    return {
        "published": Meaning("refused, with a published key", connector),
        "key": Meaning("refused, with a key that is not published", connector),
        "words": Meaning("refused, in words", connector),
    }


def classify_reply(reply: Reply) -> Observation:
    """Whether a service has accepted a write, or how it has refused it. Raises why nobody knows."""
    refusal = refusal_of(reply)
    if refusal is None:
        return Observation(ACCEPTED)
    errors = refusal.error.errors if isinstance(refusal.error, GraphQLRefusal) else []
    keys = tuple(message for error in errors if _KEY.fullmatch(message := (error.message or "").strip()))
    if not keys:
        return Observation("words", str(refusal.error))
    return Observation("published" if FIELD_OF_REFUSAL.keys() & set(keys) else "key", names=keys)
