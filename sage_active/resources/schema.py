"""The schema file that is part of the package: the one place that lists fields."""

from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Final

from graphql import GraphQLSchema, build_ast_schema, parse

SCHEMA_FILE: Final = "sage-active.graphql"
_PARSING: Final = Lock()


def packaged_schema() -> GraphQLSchema:
    """The schema that is part of the package; parsed once, whichever thread asks first."""
    with _PARSING:
        return _parsed_schema()


@cache
def _parsed_schema() -> GraphQLSchema:
    text = (files("sage_active") / SCHEMA_FILE).read_text(encoding="utf-8")
    return build_ast_schema(parse(text, no_location=True), assume_valid=True)
