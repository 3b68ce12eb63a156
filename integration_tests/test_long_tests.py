"""The table of what is left to `make long-test` names tests that there are."""

import ast
from pathlib import Path

import pytest

from integration_tests.long_tests import ONE_IN


@pytest.mark.parametrize("name", ONE_IN)
def test_the_table_names_a_test(name: str) -> None:
    file, _, function = name.partition("::")
    tree = ast.parse((Path(__file__).parent / file).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert ONE_IN[name] > 1
