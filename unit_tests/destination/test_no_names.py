"""The engines of the destination know no resource by name; what is particular to one is in the table of resources."""

import ast
from pathlib import Path

import pytest

import destination_sage_active
from sage_active.resources.table import RESOURCES

PACKAGE = Path(destination_sage_active.__file__).parent
# What people write and read there names the resources.
CONFIGURATION = {"configuration.py", "entries.py", "final_options.py"}
# A word of JSON Schema as well.
KEYWORDS = {"items"}
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
    assert not NAMES & literals
