"""Lifecycles as data: every step is a mutation that exists, and every state that is offered can be reached."""

from typing import Final

import pytest

from sage_active.direct.contract import Contract
from sage_active.direct.inputs import write_model
from sage_active.markets import DIRECT
from sage_active.resources.lifecycle import Lifecycle, Mutation, Operation, Step
from sage_active.resources.mutations import find_mutation
from sage_active.resources.numbering import Numbering
from sage_active.resources.resource import CREATE, DirectResource
from sage_active.resources.table import RESOURCES, offered
from unit_tests.growth.fake_objects import OBJECTS

CONTRACT: Final = Contract()
PLACES: Final = [resource.direct for resource in (*RESOURCES, *OBJECTS) if resource.direct]
WITH_LIFECYCLES: Final = [(binding, lifecycle) for binding in PLACES for lifecycle in binding.lifecycles]
DECLINED: Final = Step(act=Operation.DECLINE, source="Pending", target="Declined", via_update={"a": "DECLINE"})
CLOSED: Final = Step(act=Operation.CLOSE, source="Pending", target="Closed", via_update={"a": "CLOSE"}, final=True)
QUOTE: Final = Lifecycle(
    member="status",
    initial="Pending",
    editable=frozenset({"Pending"}),
    steps=(DECLINED, CLOSED),
    states={"open": "Pending", "declined": "Declined", "closed": "Closed"},
)


@pytest.mark.parametrize(("binding", "lifecycle"), WITH_LIFECYCLES, ids=lambda value: getattr(value, "root", ""))
def test_every_step_is_a_mutation_and_every_state_can_be_reached(binding: DirectResource, lifecycle: Lifecycle) -> None:
    for step in lifecycle.steps:
        mutation = find_mutation(CONTRACT.schema, binding, step.act, lifecycle)
        assert mutation
        assert {*step.inputs, *step.via_update, mutation.id_member} <= mutation.input_type.fields.keys()
    for state, status in lifecycle.states.items():
        path = lifecycle.path(lifecycle.initial, state)
        assert (path[-1].target if path else lifecycle.initial) == status


def test_a_path_leads_forward_only_and_only_to_what_there_is() -> None:
    assert QUOTE.path("Pending", "closed") == (CLOSED,)
    assert QUOTE.path("Pending", "declined") == (DECLINED,)
    for status, state in (("Closed", "declined"), ("Declined", "closed"), (None, "closed"), ("Pending", "posted")):
        assert QUOTE.path(status, state) == ()


def test_a_market_may_have_another_lifecycle() -> None:
    days = Numbering(day="documentDate")
    binding = DirectResource(root="salesQuotes", type="SalesQuote", lifecycle_where={"ES": QUOTE}, numbering=days)
    resource = next(resource for resource in RESOURCES if resource.direct and resource.direct.root == "salesQuotes")
    model = write_model(CONTRACT, resource, binding)
    assert model.in_market("DE") is model
    assert (model.lifecycle, model.in_market("ES").lifecycle) == (None, QUOTE)


@pytest.mark.parametrize("binding", PLACES, ids=lambda binding: str(binding.root))
def test_every_mutation_that_is_declared_is_there(binding: DirectResource) -> None:
    for operation in binding.operations:
        assert find_mutation(CONTRACT.schema, binding, operation)


def test_a_declaration_says_what_the_schema_does_not_tell() -> None:
    name = "salesOpenItemSettlement"
    binding = DirectResource(
        root="salesOpenItems", type="OpenItem", operations={Operation.CREATE: Mutation(name, reply="accountingEntryId")}
    )
    found = find_mutation(CONTRACT.schema, binding, Operation.CREATE)
    assert found
    assert (found.name, found.reply_selection, found.gives_id, found.id_member) == (
        name,
        "accountingEntryId",
        True,
        None,
    )
    unclear = DirectResource(root="x", type="X", operations={Operation.POST: Mutation("linkRelatedSalesDocument")})
    with pytest.raises(KeyError, match="which member"):
        find_mutation(CONTRACT.schema, unclear, Operation.POST)
    undeclared = DirectResource(root="x", type="X", operations={Operation.POST: Mutation("postNothing")})
    with pytest.raises(KeyError, match="postNothing"):
        find_mutation(CONTRACT.schema, undeclared, Operation.POST)


def test_what_is_offered_for_writing_has_its_mutations() -> None:
    for resource in offered(DIRECT, CREATE):
        assert resource.direct
        for connection, operation in resource.built:
            if connection == DIRECT and operation != "read":
                assert find_mutation(CONTRACT.schema, resource.direct, Operation(operation))
