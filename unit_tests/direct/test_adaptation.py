"""What a client learns from refusals, when several companies meet them at once and when a field cannot be spared."""

import logging

import pytest

from sage_active.client import Company, ReadRequest
from sage_active.direct.adaptation import Adaptation
from sage_active.direct.answers import GraphQLError, GraphQLRefusal
from sage_active.direct.contract import Contract
from sage_active.direct.query import Shape
from sage_active.direct.refusals import FieldName
from sage_active.errors import ErrorContext, SageActiveError
from sage_active.faults import FAULT_BY_NAME
from sage_active.resources.resource import DirectResource, Resource

PLACE = DirectResource(root="accountingAccounts", type="AccountingAccount")
REQUEST = ReadRequest(Resource(name="fake", direct=PLACE), Company("c1", "Muster GmbH", "DE", "READY", True), {})
FIELDS = Contract().fields("AccountingAccount")
CODE: FieldName = ("AccountingAccount", "code")


def refused(message: str) -> GraphQLRefusal:
    """The server does not know a field as it was asked for."""
    error = SageActiveError(FAULT_BY_NAME["field-unknown"], ErrorContext(detail=message))
    return GraphQLRefusal.of(error, [GraphQLError(message)])


def retyped() -> GraphQLRefusal:
    """The code has no members here."""
    return refused("The field `code` must not have a selection, since it returns a scalar value.")


def unknown(name: str) -> GraphQLRefusal:
    """A field of accounts that is not there."""
    return refused(f"The field `{name}` does not exist on the type `AccountingAccount`.")


def learn(
    adaptation: Adaptation, refusal: GraphQLRefusal, requested: Shape, required: frozenset[FieldName] = frozenset()
) -> None:
    """Takes the refusal of a page of 500 accounts into account."""
    adaptation.learn(REQUEST, PLACE, FIELDS, 500, "", refusal, requested_shape=requested, required=required)


def test_a_retyped_field_that_two_reads_meet_at_once_is_not_left_out(caplog: pytest.LogCaptureFixture) -> None:
    adaptation = Adaptation()
    before = adaptation.shape(REQUEST)
    with caplog.at_level(logging.WARNING, "airbyte"):
        learn(adaptation, retyped(), before)
        learn(adaptation, retyped(), before)
    assert adaptation.shape(REQUEST) == Shape(plain=frozenset({CODE}))
    assert caplog.messages == []


def test_a_field_that_is_refused_in_both_shapes_is_left_out() -> None:
    adaptation = Adaptation()
    learn(adaptation, retyped(), adaptation.shape(REQUEST))
    learn(adaptation, unknown("code"), adaptation.shape(REQUEST))
    assert adaptation.shape(REQUEST).dropped == {CODE}


def test_two_reads_that_meet_an_unknown_field_warn_once(caplog: pytest.LogCaptureFixture) -> None:
    adaptation = Adaptation()
    before = adaptation.shape(REQUEST)
    with caplog.at_level(logging.WARNING, "airbyte"):
        learn(adaptation, unknown("name"), before)
        learn(adaptation, unknown("name"), before)
    assert adaptation.shape(REQUEST).dropped == {("AccountingAccount", "name")}
    assert len(caplog.messages) == 1


def test_a_required_field_may_change_its_shape_and_nothing_else() -> None:
    adaptation = Adaptation()
    required = frozenset({CODE})
    learn(adaptation, retyped(), adaptation.shape(REQUEST), required)
    with pytest.raises(GraphQLRefusal):
        learn(adaptation, unknown("code"), adaptation.shape(REQUEST), required)
    assert adaptation.shape(REQUEST) == Shape(plain=required)


def test_a_row_is_never_asked_for_without_its_key() -> None:
    adaptation = Adaptation()
    with pytest.raises(GraphQLRefusal):
        learn(adaptation, unknown("id"), adaptation.shape(REQUEST))
