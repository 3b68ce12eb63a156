"""The engines know no resource by name: none of their texts is one, except those listed here with a reason."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import pytest

from destination_sage_active.options.final_acts import FINAL_OBJECTS
from destination_sage_active.options.stream_target import ObjectName
from sage_active.resources.table import RESOURCE_BY_NAME

ROOT: Final = Path(__file__).parents[2]
ENGINES: Final = ("source_sage_active", "destination_sage_active", "sage_active")
TABLE: Final = ROOT / "sage_active" / "resources"
A_USER_S: Final = "a name that a user may write"
# Where such a text is, and why it is not knowledge of a resource, or why it must be there.
REASONS: Final = {
    **{("destination_sage_active/options/stream_target.py", name): A_USER_S for name in get_args(ObjectName)},
    **{("destination_sage_active/options/final_acts.py", name): A_USER_S for name in FINAL_OBJECTS},
    ("destination_sage_active/options/final_acts.py", "customers"): "an example of the form",
    ("destination_sage_active/plan/content/members.py", "items"): "the keyword of JSON schema",
    ("sage_active/direct/contract.py", "items"): "the keyword of JSON schema",
    ("sage_active/direct/described.py", "items"): "the keyword of JSON schema",
    ("sage_active/maesn/descriptions.py", "items"): "the keyword of JSON schema",
    ("sage_active/masking.py", "items"): "the keyword of JSON schema",
    ("sage_active/writables.py", "items"): "the keyword of JSON schema",
    ("sage_active/maesn/create_bodies.py", "customers"): "a body of Maesn's contract, and what refers to it",
    ("sage_active/maesn/create_bodies.py", "suppliers"): "a body of Maesn's contract",
    ("sage_active/maesn/create_bodies.py", "items"): "a body of Maesn's contract, and what refers to it",
    ("sage_active/maesn/create_bodies.py", "invoices"): "a body of Maesn's contract",
    ("sage_active/maesn/inputs.py", "invoices"): "the totals of a body of Maesn's contract",
}


def names(tree: ast.AST) -> Iterator[str]:
    """The texts of a module that are the name of a resource."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in RESOURCE_BY_NAME:
            yield str(node.value)


def found() -> set[tuple[str, str]]:
    """Each module of an engine with each name in it."""
    files = [file for engine in ENGINES for file in sorted((ROOT / engine).rglob("*.py"))]
    return {
        (file.relative_to(ROOT).as_posix(), name)
        for file in files
        if TABLE not in file.parents
        for name in names(ast.parse(file.read_text(encoding="utf-8")))
    }


def test_no_text_of_an_engine_names_a_resource() -> None:
    unexplained = found() - REASONS.keys()
    assert not unexplained, "pass the resource, or say in the table of resources what is particular about it"


def test_every_reason_is_needed() -> None:
    assert REASONS.keys() == found()


@pytest.mark.parametrize("text", ["'customers'", "x = {'items': 1}", "f(name='invoices')"])
def test_such_texts_are_found(text: str) -> None:
    assert list(names(ast.parse(text)))
