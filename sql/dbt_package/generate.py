"""Writes the dbt package: `python -m sql.dbt_package.generate`."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from sql.current_rows import current_models
from sql.dbt_package.macros import macros_file
from sql.dbt_package.properties import CURRENT, STAGING, all_meanings, models_file, project_file, sources_file
from sql.dbt_package.query import PACKAGE, jinja_sql, user_table, variable, without_rows
from sql.dbt_package.tests import proofs
from sql.source import Model, read_models, streams

FOLDER: Final = Path(__file__).parents[2] / "dbt"
WRITTEN: Final = ("macros", "models", "tests")
# Parameters that default to today; a model or test with any other is built only if its variable is set.
DEFAULTING_TO_TODAY: Final = frozenset({"as_of_day"})
UNIQUE_TOGETHER: Final = """{# Written by `make models`. #}
{% test unique_together(model, columns) %}
SELECT {{ columns | join(', ') }}
FROM {{ model }}
GROUP BY {{ columns | join(', ') }}
HAVING COUNT(*) > 1
{% endtest %}
"""


@cache
def files() -> dict[str, str]:
    """What the package consists of, by the path of each file."""
    models = (*read_models(), *current_models())
    by_name = {model.name: model for model in models}
    raw = frozenset().union(*(streams(model, by_name) for model in models))
    meanings = all_meanings(models)
    folders: dict[str, list[Model]] = {}
    for model in models:
        folders.setdefault(_folder(model), []).append(model)
    written = {
        "dbt_project.yml": project_file(),
        "macros/dialects.sql": macros_file(),
        "models/sources.yml": sources_file(raw),
        "tests/generic/unique_together.sql": UNIQUE_TOGETHER,
    }
    for folder, members in folders.items():
        written[f"models/{folder}/{folder}.yml"] = models_file(members, meanings)
        for model in members:
            written[f"models/{folder}/{model.name}.sql"] = _file(model, streams(model, by_name), raw)
    for proof in proofs():
        written[f"tests/{proof.name}.sql"] = _file(proof, streams(proof, by_name), raw)
    return written


def committed() -> dict[str, str]:
    """The generated files that are there, by their paths."""
    paths = [FOLDER / "dbt_project.yml", *_paths()]
    return {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def main() -> None:
    """Write the files, and remove those of models that are no longer there."""
    for path in _paths():
        if path.relative_to(FOLDER).as_posix() not in files():
            path.unlink()
    for name, content in files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _paths() -> Iterator[Path]:
    for folder in WRITTEN:
        yield from (path for path in sorted((FOLDER / folder).rglob("*")) if path.is_file())


def _folder(model: Model) -> str:
    if model.name.startswith(CURRENT):
        return "current"
    return "staging" if model.name.startswith(STAGING) else "marts"


def _file(model: Model, needed: frozenset[str], raw: frozenset[str]) -> str:
    names = ", ".join(f"'{name}'" for name in sorted(needed))
    condition = f"{PACKAGE}.streams_are_read([{names}])"
    for parameter in model.parameters:
        if parameter.name not in DEFAULTING_TO_TODAY:
            condition += f" and var('{variable(parameter.name)}', none) is not none"
    head = f"{{# Written by `make models`.\n\n{model.description} #}}\n"
    if model.is_table:
        return f"{head}{user_table(model)}"
    query = f"{jinja_sql(model, raw)}\n"
    if model.optional:
        return f"{head}{{% if {condition} %}}\n{query}{{% else %}}\n{without_rows(model)}{{% endif %}}\n"
    return f"{head}{{{{ config(enabled={condition}) }}}}\n{query}"


if __name__ == "__main__":
    main()
