"""The rules of a resource, held against records (`sage_active/resources/rules.py` says what a rule is)."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from destination_sage_active.plan.amounts.sums import total_of
from destination_sage_active.plan.content.validate import NULLISH, UnresolvedReference
from destination_sage_active.record.rejection import Rejected
from sage_active.resources.rules import ANY, Rule
from sage_active.writing import Row, WriteModel


def refuse_forbidden(model: WriteModel, record: Row) -> None:
    """Raises `Rejected` for a record that says what may not be written, whether or not that would be sent."""
    for rule in model.rules:
        if rule.test == "forbidden" and not rule.is_for_new:
            _require(rule, record)


def require_valid(model: WriteModel, record: Row, values: Row) -> None:
    """Raises `Rejected` for a record whose members break a rule. `values`: what is sent of it, in its one form."""
    rules = [rule for rule in model.rules if rule.test != "forbidden" and not rule.is_for_new]
    whole = _merged(record, values) if rules else record
    for rule in rules:
        _require(rule, whole)


def require_complete(model: WriteModel, values: Row) -> None:
    """Raises `Rejected` for values that a create may not have, or lack."""
    for rule in model.rules:
        if rule.is_for_new:
            _require(rule, values)


def _require(rule: Rule, record: Row) -> None:
    *above, member = rule.path.split(".")
    if rule.test == "sum_zero":
        rows = [row for _, row in _objects(record, above, "") if meets(row, rule.when)]
        if not _is_zero(rows, member, rule.value):
            raise Rejected(_listed(rule), rule.reason, rule.code)
        return
    for found, row in _objects(record, above, ""):
        if meets(row, rule.when) and not _passes(rule, row.get(member)):
            raise Rejected(f"{found}{member}", rule.reason, rule.code)


def _passes(rule: Rule, value: Any) -> bool:
    if rule.test == "required":
        return value not in (*NULLISH, [], {})
    return value in NULLISH or TESTS[rule.test](value, rule.value)


# What a value that is there must pass, given the value of the rule.
TESTS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "forbidden": lambda value, forbidden: forbidden is not None and value not in forbidden,
    "one_of": lambda value, allowed: value in allowed,
    "pattern": lambda value, pattern: re.fullmatch(pattern, str(value)) is not None,
    "max_length": lambda value, length: len(str(value)) <= length,
}


def _is_zero(rows: Sequence[Row], added: str, subtracted: object) -> bool:
    return total_of(rows, added) == total_of(rows, str(subtracted))


def meets(row: Row, condition: Row) -> bool:
    """Whether an object has the values that a condition wants: those of the `when` of a rule."""
    return all(_agrees(row.get(member), wanted) for member, wanted in condition.items())


def _agrees(value: Any, wanted: Any) -> bool:
    """Whether a member has the value that a condition wants; blank text does not count."""
    if wanted is None or wanted is ANY:
        return (value in NULLISH) is (wanted is None)
    return value in wanted if isinstance(wanted, Collection) and not isinstance(wanted, str) else bool(value == wanted)


def _objects(value: Any, path: Sequence[str], above: str) -> Iterator[tuple[str, Row]]:
    """The objects that a path leads to, through lists, each with the place of its members."""
    if isinstance(value, list):
        for index, element in enumerate(value):
            yield from _objects(element, path, f"{above.removesuffix('.')}[{index}].")
    elif isinstance(value, Mapping) and path:
        yield from _objects(value.get(path[0]), path[1:], f"{above}{path[0]}.")
    elif isinstance(value, Mapping):
        yield above, value


def _listed(rule: Rule) -> str:
    above, _, member = rule.path.rpartition(".")
    return f"{above}[].{member}" if above else member


def _merged(record: Any, values: Any) -> Any:
    """A record whose sent members have the form in which they are sent."""
    if isinstance(values, UnresolvedReference) and values.reference.is_code:
        return values.key[0]
    if isinstance(record, Mapping) and isinstance(values, Mapping):
        sent = {name: _merged(record.get(name), value) for name, value in values.items()}
        return {**record, **sent}
    if isinstance(record, list) and isinstance(values, list) and len(record) == len(values):
        return [_merged(before, after) for before, after in zip(record, values, strict=True)]
    return values
