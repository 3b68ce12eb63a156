"""Writes the models for each warehouse: `python -m sql.generate`.

The files of a warehouse are loaded in the order of their names: the number in front says how many models stand below.
An optional model has two: the first one creates it without rows, the second one replaces that if its streams are read.
The views of the rows that are still there stand apart in one file: no other model reads them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sql.current_rows import current_models
from sql.dialects import DIALECTS, Dialect
from sql.source import levels, read_models
from sql.translate import statement, without_rows

FOLDER: Final = Path(__file__).parent
CURRENT: Final = "current/current_rows.sql"
CURRENT_HEAD: Final = (
    "-- One view for each stream with ids and dates. Leave out those of streams that you do not read.\n"
)


def scripts(dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Name and content of each file."""
    models = read_models()
    level_of, names = levels(models), frozenset(model.name for model in models)
    for model in models:
        if model.optional:
            yield f"0_{model.name}.sql", without_rows(model, dialect)
        yield f"{level_of[model.name]}_{model.name}.sql", statement(model, dialect, names)
    yield CURRENT, "\n".join([CURRENT_HEAD, *(statement(model, dialect, names) for model in current_models())])


def committed(dialect: Dialect) -> dict[str, str]:
    """The files that are there, by their names."""
    folder = FOLDER / dialect.name
    paths = folder.rglob("*.sql")
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def main() -> None:
    """Write the files, and remove those of models that are no longer there."""
    for dialect in DIALECTS:
        folder = FOLDER / dialect.name
        (folder / CURRENT).parent.mkdir(parents=True, exist_ok=True)
        written = dict(scripts(dialect))
        for name in committed(dialect).keys() - written.keys():
            (folder / name).unlink()
        for name, content in written.items():
            (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
