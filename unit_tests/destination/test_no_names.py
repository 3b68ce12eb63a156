"""The engines of the destination know no resource, status or mutation by name: these are in the table of resources."""

import ast
from pathlib import Path

import pytest
from graphql import GraphQLObjectType

import destination_sage_active
from sage_active.resources.schema import packaged_schema
from sage_active.resources.table import RESOURCES

PACKAGE = Path(destination_sage_active.__file__).parent
# What people write and read there names the resources.
CONFIGURATION = {"configuration.py", "stream_target.py", "final_acts.py"}
# A word of JSON Schema as well.
KEYWORDS = {"items"}
PLACES = [binding for resource in RESOURCES for binding in resource.bindings.values()]
LIFECYCLES = [binding.lifecycle for binding in PLACES if binding.lifecycle]
STEPS = [step for lifecycle in LIFECYCLES for step in lifecycle.steps]
STATUSES = {
    status
    for lifecycle in LIFECYCLES
    for status in (lifecycle.initial, *lifecycle.editable, *lifecycle.deletable, *lifecycle.states.values())
} | {status for step in STEPS for status in (step.source, step.target)}
# What a schema calls them, and what acts need.
MUTATIONS = set((packaged_schema().mutation_type or GraphQLObjectType("none", {})).fields)
INPUTS = {member for step in STEPS for member in (*step.inputs, *step.via_update)}
NAMES = {
    name
    for resource in RESOURCES
    for name in (resource.name, *((resource.direct.root, resource.direct.type) if resource.direct else ()))
} - KEYWORDS


@pytest.mark.parametrize(
    "module",
    [path for path in sorted(PACKAGE.rglob("*.py")) if path.name not in CONFIGURATION],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_no_module_of_the_engine_names_a_resource(module: Path) -> None:
    literals = {node.value for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Constant)}
    assert not (NAMES | STATUSES | MUTATIONS | INPUTS) & literals


def test_statuses_are_known() -> None:
    assert {"Pending", "Closed", "Posted", "DRAFT"} <= STATUSES
    assert "journalTypeId" in INPUTS
    assert "closeSalesInvoice" in MUTATIONS
