"""Reads GraphQL documents as far as a server of prepared pages needs it: root fields, their arguments and members.

What a document selects below the members of a row is not looked at: the rows are prepared.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from graphql import FieldNode, OperationDefinitionNode, parse, value_from_ast_untyped

_BRACKET: Final = re.compile(r"[(){}]")
_OPERATION: Final = re.compile(r"\s*(?:query|mutation)?[^({]*")
_FIELD: Final = re.compile(r"\s*(?:(\w+)\s*:\s*)?(\w+)\s*")
_DEPTH: Final[Mapping[str, int]] = {"(": 1, "{": 1, ")": -1, "}": -1}


@dataclass(frozen=True)
class RootField:
    """One field of a document; `arguments` and `selection` are GraphQL text, without parentheses and braces."""

    alias: str
    name: str
    arguments: str
    selection: str = ""

    def values(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as Python values."""
        nodes = _arguments(self.arguments)
        return {name: value_from_ast_untyped(node, dict(variables)) for name, node in nodes.items()}


def root_fields(document: str) -> Iterator[RootField]:
    """The root fields of a document with one operation. No text in it may contain brackets."""
    found = _OPERATION.match(document)
    position = found.end() if found else 0
    if document[position] == "(":
        position = document.index("{", _closing(document, position))
    return _fields(document, position + 1)


@lru_cache(4096)
def members_of(selection: str) -> tuple[tuple[str, str], ...]:
    """The members at the top of a selection, with what they are called in the answer: (alias, member)."""
    return tuple((field.alias, field.name) for field in _fields(selection, 0))


@lru_cache(4096)
def nodes_of(selection: str) -> tuple[tuple[str, str], ...] | None:
    """The members of the rows that are selected of a root with pages; None where only their number is asked for."""
    nodes = next((field for field in _fields(selection, 0) if field.name == "nodes"), None)
    return members_of(nodes.selection) if nodes else None


def _fields(document: str, position: int) -> Iterator[RootField]:
    while field := _FIELD.match(document, position):
        position, arguments, selection = field.end(), "", ""
        if document[position : position + 1] == "(":
            end = _closing(document, position)
            arguments = document[position + 1 : end]
            position = _blank(document, end + 1)
        if document[position : position + 1] == "{":
            end = _closing(document, position)
            position, selection = end + 1, document[position + 1 : end]
        yield RootField(field[1] or field[2], field[2], arguments, selection)


def _closing(text: str, opening: int) -> int:
    depth = 0
    for bracket in _BRACKET.finditer(text, opening):
        depth += _DEPTH[bracket[0]]
        if depth == 0:
            return bracket.start()
    raise ValueError("a bracket that is not closed")


def _blank(text: str, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


@lru_cache(4096)
def _arguments(text: str) -> dict[str, Any]:
    if not text:
        return {}
    (operation,) = parse(f"{{ field({text}) }}", no_location=True).definitions
    if not isinstance(operation, OperationDefinitionNode):
        raise ValueError("arguments that are none")
    (field,) = operation.selection_set.selections
    if not isinstance(field, FieldNode):
        raise ValueError("arguments that are none")
    return {argument.name.value: argument.value for argument in field.arguments or ()}
