"""Which models read which members of a stream, worked out from their SQL."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from sqlglot import exp

from sql.lists import EACH, RAW, below, list_paths
from sql.source import Model, read_models, streams

STAGING: Final = "stg_"


@cache
def readers() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Stream and path of a member -> the models that read it straight from the raw table."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for model in read_models():
        for member in sorted(set(_members(model))):
            for stream in model.reads if model.name.startswith(STAGING) else ():
                found[stream, member] = (*found.get((stream, member), ()), model.name)
    return found


@cache
def models_over(stream: str) -> tuple[str, ...]:
    """The models for reports that need a stream, directly or through other models."""
    models = {model.name: model for model in read_models()}
    return tuple(
        name
        for name, model in sorted(models.items())
        if not name.startswith(STAGING) and stream in streams(model, models)
    )


def _members(model: Model) -> Iterator[str]:
    """The paths of all members of the raw table that a model reads."""
    lists = list_paths(model.query)
    yield from lists.values()
    for column in model.query.find_all(exp.Column):
        if column.table == RAW:
            yield column.name
    for call in model.query.find_all(exp.Anonymous):
        if call.name != EACH and len(call.expressions) == 2 and isinstance(call.expressions[1], exp.Literal):
            holder, path = call.expressions
            yield below(holder, path.name, lists)
