"""The argument `where`: compiled once per query into a predicate over rows."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError, GraphQLInputObjectType, get_named_type

from sage_active_sandbox.graphql_api.presentation import Reader
from sage_active_sandbox.graphql_api.rows import RowFacts, Scope
from sage_active_sandbox.store import Row

Predicate = Callable[[Any, Scope], bool]
"""Does the row (or plain value) match."""


def _both(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda stored, operand: stored is not None and test(stored, operand)


POSITIVE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda stored, operand: bool(stored == operand),
    "in": lambda stored, operand: stored in operand,
    "gt": _both(lambda stored, operand: stored > operand),
    "gte": _both(lambda stored, operand: stored >= operand),
    "lt": _both(lambda stored, operand: stored < operand),
    "lte": _both(lambda stored, operand: stored <= operand),
    "contains": _both(lambda stored, operand: operand.casefold() in stored.casefold()),
    "startsWith": _both(lambda stored, operand: stored.startswith(operand)),
    "endsWith": _both(lambda stored, operand: stored.endswith(operand)),
}
"""Operators; `n` before a name negates it, and a negation keeps the rows without a value.

Source: docs/reference/queries.md, "Filters".
"""

EQUALITIES = frozenset({"eq", "neq"})
"""Operators that accept null."""


def compile_filter(
    facts: RowFacts, input_type: GraphQLInputObjectType, type_name: str, value: Mapping[str, Any]
) -> Predicate:
    """The predicate of a `where` object for rows of the type.

    Members of one object are combined with AND; a missing loader is a row without values; dates compare at full stored
    precision. A null where an operator or object is needed raises GraphQLError with code HC0026.
    """
    return _all([_member(facts, input_type, type_name, name, condition) for name, condition in value.items()])


def _member(
    facts: RowFacts, input_type: GraphQLInputObjectType, type_name: str, name: str, condition: Any
) -> Predicate | None:
    if condition is None:
        raise _null_refusal(input_type, name)
    if name in ("and", "or"):
        parts = [compile_filter(facts, input_type, type_name, part) for part in condition if part]
        return (_all(parts) if name == "and" else _any(parts)) if parts else None
    kind = get_named_type(input_type.fields[name].type)
    assert isinstance(kind, GraphQLInputObjectType)
    read = facts.reader(type_name, name)
    if kind.name.startswith("List"):
        return _collection(facts, kind, facts.target(type_name, name), read, condition)
    if kind.name.endswith("OperationFilterInput"):
        test = _operations(kind, condition)
        return lambda row, scope: test(read(row, scope), scope)
    nested = compile_filter(facts, kind, facts.target(type_name, name), condition)
    return lambda row, scope: nested(read(row, scope) or {}, scope)


def _operations(kind: GraphQLInputObjectType, operators: Mapping[str, Any]) -> Predicate:
    return _all([_operation(kind, name, operand) for name, operand in operators.items()])


def _operation(kind: GraphQLInputObjectType, name: str, operand: Any) -> Predicate | None:
    if operand is None and name not in EQUALITIES:
        raise _null_refusal(kind, name)
    if name in ("and", "or"):
        parts = [_operations(kind, part) for part in operand if part]
        return (_all(parts) if name == "and" else _any(parts)) if parts else None
    test = POSITIVE.get(name)
    if test is not None:
        return lambda stored, _scope: test(stored, operand)
    opposite = POSITIVE[name.removeprefix("n")]
    return lambda stored, _scope: not opposite(stored, operand)


def _collection(
    facts: RowFacts, kind: GraphQLInputObjectType, element: str, read: Reader, quantifiers: Mapping[str, Any]
) -> Predicate:
    parts: list[Predicate | None] = []
    for name, operand in quantifiers.items():
        if operand is None:
            raise _null_refusal(kind, name)
        if name == "any":
            parts.append(_has_any(read, operand))
            continue
        element_kind = get_named_type(kind.fields[name].type)
        assert isinstance(element_kind, GraphQLInputObjectType)
        if element_kind.name.endswith("OperationFilterInput"):
            test = _operations(element_kind, operand)
        else:
            test = compile_filter(facts, element_kind, element, operand)
        parts.append(QUANTIFIERS[name](read, test))
    return _all(parts)


def _has_any(read: Reader, wanted: bool) -> Predicate:
    return lambda row, scope: bool(read(row, scope)) is wanted


def _any_matches(read: Reader, test: Predicate) -> Predicate:
    return lambda row, scope: any(test(element, scope) for element in read(row, scope) or ())


def _every(read: Reader, test: Predicate) -> Predicate:
    return lambda row, scope: all(test(element, scope) for element in read(row, scope) or ())


def _none(read: Reader, test: Predicate) -> Predicate:
    return lambda row, scope: not any(test(element, scope) for element in read(row, scope) or ())


QUANTIFIERS: dict[str, Callable[[Reader, Predicate], Predicate]] = {"some": _any_matches, "all": _every, "none": _none}


def _all(parts: list[Predicate | None] | list[Predicate]) -> Predicate:
    tests = [part for part in parts if part is not None]
    if len(tests) == 1:
        return tests[0]
    return lambda row, scope: all(test(row, scope) for test in tests)


def _any(tests: list[Predicate]) -> Predicate:
    return lambda row, scope: any(test(row, scope) for test in tests)


def _null_refusal(kind: GraphQLInputObjectType, name: str) -> GraphQLError:
    return GraphQLError(
        f"The provided value for filter `{name}` of type {kind.name} is invalid. Null values are not supported.",
        extensions={"code": "HC0026", "expectedType": f"{kind.fields[name].type}!", "filterType": kind.name},
    )


def matching(rows: list[Row], predicate: Predicate | None, scope: Scope) -> list[Row]:
    """The rows that match, in their order."""
    return rows if predicate is None else [row for row in rows if predicate(row, scope)]
