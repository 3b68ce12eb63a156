"""What an error tells of its mutation: whether it may have been carried out, and which member is wrong.

Sources: docs/reference/server-behaviour.md, "Several mutations in one request" and "Business errors".
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sage_active.direct.answers import GraphQLError, MutationAnswer

# The server's words for a failure that it does not explain: it may have come after the commit.
UNEXPLAINED: Final = "Unexpected Execution Error"
EXECUTION_TIME_OUT: Final = "HC0045"
# Refusals of a whole request that come before anything is carried out, and may concern one command only.
BEFORE_EXECUTION: Final = 400
COST_REFUSAL: Final = "HC0047"
# Documented refusals that concern one member, which their answers do not name.
FIELD_OF_REFUSAL: Final[Mapping[str, str]] = {
    "global.businessErrors.documentIdAlreadyExistInOrganization": "documentId",
    "global.businessErrors.vatNumberAlreadyExistInOrganization": "vatNumber",
    "sales.businessErrors.codeCannotContainBlankSpaces": "code",
}


def refused_before_execution(answered: MutationAnswer) -> bool:
    """Whether nothing was carried out: validation errors, a price that is too high."""
    if any(answered.data.values()):
        return False
    codes = {str(error.details.get("code", "")) for error in answered.errors}
    return COST_REFUSAL in codes or answered.response.status == BEFORE_EXECUTION


def runs_on(errors: Sequence[GraphQLError]) -> bool:
    """Whether what was asked for may still be under way."""
    return any(error.details.get("code") == EXECUTION_TIME_OUT for error in errors)


def may_follow_a_commit(error: GraphQLError) -> bool:
    """Whether the mutation may have been carried out before it failed."""
    is_below = len(error.path or ()) > 1
    unexplained = (error.message or "").startswith(UNEXPLAINED)
    return is_below or unexplained or error.details.get("code") == EXECUTION_TIME_OUT


def named_field(error: GraphQLError) -> str | None:
    """The member that is wrong, where the error or what is known of it says so."""
    named = error.details.get("field") or FIELD_OF_REFUSAL.get((error.message or "").strip())
    return named if isinstance(named, str) else None
