"""Writes the models for each warehouse: `python -m sql.generate`.

The files of a warehouse are created in the order of their names: the number in front says how many models stand below.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sql.dialects import DIALECTS, Dialect
from sql.source import levels, read_models
from sql.translate import statement

FOLDER: Final = Path(__file__).parent


def scripts(dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Name and content of the file of each model."""
    models = read_models()
    level_of, names = levels(models), frozenset(model.name for model in models)
    for model in models:
        yield f"{level_of[model.name]}_{model.name}.sql", statement(model, dialect, names)


def main() -> None:
    """Write the files, and remove those of models that are no longer there."""
    for dialect in DIALECTS:
        folder = FOLDER / dialect.name
        folder.mkdir(exist_ok=True)
        written = dict(scripts(dialect))
        for path in folder.glob("*.sql"):
            if path.name not in written:
                path.unlink()
        for name, content in written.items():
            (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
