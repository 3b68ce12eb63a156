"""Filters for "what changed since" and for windows of creation dates, derived from the contract."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Final

from graphql import GraphQLInputObjectType, get_named_type

from sage_active.direct.contract import DATES, Contract, Field
from sage_active.direct.query import Variable
from sage_active.moments import whole_second
from sage_active.resources.contract_exceptions import REFERENCE_LISTS

Where = Mapping[str, Any]
# Earlier dates were never set: the server may show null as the year 1. No column of dates is too narrow for this one.
NEVER_BEFORE: Final = datetime(1900, 1, 1, tzinfo=timezone.utc)


def moment(name: str, value: datetime) -> Variable:
    """A variable that holds a moment at a whole second."""
    return Variable(name, "DateTime", whole_second(value))


def all_of(*wheres: Where | None) -> Where | None:
    """All filters together; filters that are None or empty do not count."""
    return _joined("and", wheres)


def any_of(*wheres: Where | None) -> Where | None:
    """At least one of the filters; filters that are None or empty do not count."""
    return _joined("or", wheres)


def _joined(word: str, wheres: Sequence[Where | None]) -> Where | None:
    present = [where for where in wheres if where]
    return present[0] if len(present) == 1 else ({word: present} if present else None)


def changed_since(contract: Contract, root: str, fields: Sequence[Field], since: Variable) -> Where:
    """Rows whose own dates, or the dates of any owned child, are at or after `since`, and rows without own dates.

    A parent's modification date may not move with its children (docs/reference/queries.md, "Changes"). Of a row without
    dates nobody knows that it has not changed.
    """
    query = contract.schema.query_type
    if query is None:
        raise KeyError("the contract has no queries")
    where = get_named_type(query.fields[root].args["where"].type)
    if not isinstance(where, GraphQLInputObjectType):
        raise KeyError(f"{root} has no filter")
    undated = all_of(*(_never_set(name) for name in DATES if name in where.fields))
    return {"or": [*_changed(where, fields, since)["or"], *([undated] if undated else [])]}


def _never_set(name: str) -> Where:
    return {"or": [{name: {"eq": None}}, {name: {"lt": moment("never", NEVER_BEFORE)}}]}


def _changed(where: GraphQLInputObjectType, fields: Sequence[Field], since: Variable) -> Where:
    dates: list[Where] = [{name: {"gte": since}} for name in reversed(DATES) if name in where.fields]
    owned: list[Where] = []
    for field in fields:
        element = _element_filter(where, field) if is_owned(field) else None
        if element is not None:
            inner = _changed(element, field.children, since)
            owned.append({field.name: {"some": inner} if field.many else inner})
    return {"or": dates + owned}


def is_owned(field: Field) -> bool:
    """Whether a field holds a child or children of the row that have dates of their own, as opposed to references."""
    return (field.owner, field.name) not in REFERENCE_LISTS and any(child.name in DATES for child in field.children)


def _element_filter(where: GraphQLInputObjectType, field: Field) -> GraphQLInputObjectType | None:
    """The filter of an owned object, or of one element of an owned list, if there is one that has dates."""
    if field.name not in where.fields:
        return None
    kind = get_named_type(where.fields[field.name].type)
    if field.many and isinstance(kind, GraphQLInputObjectType):
        kind = get_named_type(kind.fields["some"].type) if "some" in kind.fields else None
    dated = isinstance(kind, GraphQLInputObjectType) and any(date in kind.fields for date in DATES)
    return kind if dated and isinstance(kind, GraphQLInputObjectType) else None
