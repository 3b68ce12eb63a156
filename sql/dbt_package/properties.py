"""The files in which dbt reads what the sources and models are: descriptions, personal data, and tests."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import yaml

from sage_active.markets import DIRECT
from sage_active.resources.table import RESOURCES, offered
from source_sage_active.streams import COMPANIES, primary_key
from sql.dbt_package.meanings import Meaning, personal_columns, staging_meanings, stream_meanings
from sql.dbt_package.query import PACKAGE
from sql.dbt_package.tests import KEYS, REFERENCES, VALUES, Key
from sql.source import Model, read_models

HEAD: Final = "# Written by `make models`.\n"
STAGING: Final = "stg_"
CURRENT: Final = "current_"
STREAMS_VARIABLE: Final = f"{PACKAGE}_streams"

Properties = dict[str, Any]


def suggested_streams() -> list[str]:
    """The streams that a new connection starts with."""
    return [*(resource.name for resource in RESOURCES if resource.suggested), COMPANIES]


def project_file() -> str:
    """`dbt_project.yml`."""
    return _written(
        {
            "name": PACKAGE,
            "config-version": 2,
            "require-dbt-version": [">=1.12.0", "<2.0.0"],
            "flags": {"send_anonymous_usage_stats": False},
            "vars": {STREAMS_VARIABLE: suggested_streams()},
            "models": {
                PACKAGE: {
                    "staging": {"+materialized": "view"},
                    "current": {"+materialized": "view"},
                    "marts": {"+materialized": "table"},
                }
            },
        }
    )


def sources_file(streams: Iterable[str]) -> str:
    """`sources.yml`: the raw tables that models read."""
    tables = [
        {
            "name": stream,
            "description": f"The raw table of the stream {stream}.",
            "config": {"enabled": _is_read(stream)},
            "columns": [_column(name, meaning) for name, meaning in stream_meanings(stream).items()],
        }
        for stream in sorted(streams)
    ]
    source = {
        "name": PACKAGE,
        "description": "The tables that a destination has filled with the streams of Sage Active.",
        "database": f"{{{{ var('{PACKAGE}_database', target.database) }}}}",
        "schema": f"{{{{ var('{PACKAGE}_schema', target.schema) }}}}",
        "tables": tables,
    }
    return _written({"version": 2, "sources": [source]})


def models_file(models: Iterable[Model], meanings: Mapping[str, Mapping[str, Meaning]]) -> str:
    """The properties of the models of one folder."""
    return _written({"version": 2, "models": [_model(model, meanings[model.name]) for model in models]})


def all_meanings(models: Sequence[Model]) -> Mapping[str, Mapping[str, Meaning]]:
    """What the columns of each model hold; each model stands behind those that it reads."""
    found: dict[str, Mapping[str, Meaning]] = {}
    personal: dict[str, frozenset[str]] = {}
    for model in models:
        if model.name.startswith(STAGING):
            found[model.name] = staging_meanings(model)
        elif model.name.startswith(CURRENT):
            found[model.name] = stream_meanings(model.name.removeprefix(CURRENT))
        else:
            marked = personal_columns(model, personal)
            found[model.name] = {
                column.name: Meaning(column.meaning, column.name in marked) for column in model.columns
            }
        personal[model.name] = frozenset(name for name, meaning in found[model.name].items() if meaning.is_personal)
    return found


def _model(model: Model, meanings: Mapping[str, Meaning]) -> Properties:
    key = _key(model)
    required = [name for name in key.columns if name not in key.nullable] if key else ["company_id"]
    columns = []
    for name, meaning in meanings.items():
        column = _column(name, meaning)
        tests = _tests(model.name, name, is_required=name in required)
        columns.append({**column, **({"data_tests": tests} if tests else {})})
    properties: Properties = {"name": model.name, "description": _one_line(model.description)}
    if key:
        properties["data_tests"] = [{"unique_together": {"arguments": {"columns": list(key.columns)}}}]
    return {**properties, "columns": columns}


def _key(model: Model) -> Key | None:
    if not model.name.startswith(CURRENT):
        return KEYS.get(model.name)
    stream = model.name.removeprefix(CURRENT)
    (resource,) = (resource for resource in offered(DIRECT) if resource.name == stream)
    return Key(tuple(primary_key(resource, DIRECT)))


def _tests(model: str, column: str, *, is_required: bool) -> list[Any]:
    tests: list[Any] = ["not_null"] if is_required else []
    values = VALUES.get(model, {}).get(column)
    if values:
        tests.append({"accepted_values": {"arguments": {"values": list(values)}}})
    other = REFERENCES.get(model, {}).get(column)
    if other:
        # What was deleted in Sage Active may be missing in the table that is referred to.
        arguments = {"to": f"ref('{other}')", "field": column}
        (stream,) = next(one.reads for one in read_models() if one.name == other)
        config = {"enabled": _is_read(stream), "severity": "warn"}
        tests.append({"relationships": {"arguments": arguments, "config": config}})
    return tests


def _is_read(stream: str) -> str:
    """Whether a stream is read, for files in which macros cannot be called."""
    return f"{{{{ var('{STREAMS_VARIABLE}') == 'all' or '{stream}' in var('{STREAMS_VARIABLE}') }}}}"


def _column(name: str, meaning: Meaning) -> Properties:
    column: Properties = {"name": name, "description": meaning.text}
    if meaning.is_personal or meaning.personal_members:
        marks: Properties = {"personal_data": True}
        if meaning.personal_members:
            marks["personal_members"] = list(meaning.personal_members)
        column["config"] = {"meta": marks}
    return column


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _written(content: Properties) -> str:
    return HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
