"""Which refusals mean that a company's edition does not have an object."""

import pytest

from sage_active.direct.answers import GraphQLError, GraphQLRefusal
from sage_active.direct.editions import is_edition, lacks_object
from sage_active.errors import SageActiveError
from sage_active.faults import FAULT_BY_NAME

EDITION = "global.businessErrors.authorizationFeature"
ROLE = "global.businessErrors.authorizationPolicy"
AT_THE_ROOT = GraphQLError(EDITION, ["page"])


def refusal(*errors: GraphQLError, fault: str = "edition-lacks-feature") -> GraphQLRefusal:
    """A refusal with these errors."""
    return GraphQLRefusal.of(SageActiveError(FAULT_BY_NAME[fault]), list(errors))


@pytest.mark.parametrize("errors", [[AT_THE_ROOT], [AT_THE_ROOT, GraphQLError(EDITION, ["c0"])]])
def test_errors_of_the_edition_at_root_fields_are_about_the_object(errors: list[GraphQLError]) -> None:
    assert lacks_object(refusal(*errors))


@pytest.mark.parametrize(
    "error",
    [
        GraphQLError(EDITION),
        GraphQLError(EDITION, []),
        GraphQLError(EDITION, ["page", "nodes", 0, "id"]),
        GraphQLError(ROLE, ["page"]),
        GraphQLError(None, ["page"], {"code": "AUTH_NOT_AUTHORIZED"}),
    ],
    ids=str,
)
def test_what_is_unclear_is_not(error: GraphQLError) -> None:
    assert not lacks_object(refusal(error))
    assert not lacks_object(refusal(AT_THE_ROOT, error))


def test_other_faults_are_not() -> None:
    assert not lacks_object(refusal(AT_THE_ROOT, fault="right-missing"))
    assert not lacks_object(SageActiveError(FAULT_BY_NAME["edition-lacks-feature"]))
    assert [name for name, fault in FAULT_BY_NAME.items() if is_edition(fault)] == ["edition-lacks-feature"]
