"""Options that a configuration has and this version does not know: named, and otherwise without effect.

Configurations are saved by newer versions and added to by tools, and both specifications allow it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, get_args

from pydantic import BaseModel

from sage_active.escaping import printable

MOST_SHOWN: Final = 20
LONGEST_NAME: Final = 60
# Names beginning like this are the platform's own.
RESERVED: Final = "__"


def ignored_options(model: type[BaseModel], config: Mapping[str, Any]) -> str | None:
    """A sentence that names the unknown options of a configuration, never their values; None without any."""
    names = list(islice(_unknown(model, config, ""), MOST_SHOWN + 1))
    if not names:
        return None
    listing = ", ".join(f"`{name}`" for name in names[:MOST_SHOWN]) + (" …" if len(names) > MOST_SHOWN else "")
    return f"The configuration has options that this version does not know, and ignores: {listing}."


def _unknown(model: type[BaseModel], members: Mapping[Any, Any], path: str) -> Iterator[str]:
    for name, value in members.items():
        name_path = f"{path}{printable(str(name), LONGEST_NAME)}"
        field = model.model_fields.get(str(name))
        if field is None:
            if path or not str(name).startswith(RESERVED):
                yield name_path
            continue
        inner = _models(field.annotation)
        elements = value if isinstance(value, list) else [value]
        for number, element in enumerate(elements):
            meant = _meant(inner, element)
            if meant:
                index = f".{number}" if isinstance(value, list) else ""
                yield from _unknown(meant, element, f"{name_path}{index}.")


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that a field's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _meant(models: Sequence[type[BaseModel]], value: Any) -> type[BaseModel] | None:
    """The model that a value is one of: of several, the one whose fixed members it has."""
    if not isinstance(value, Mapping):
        return None
    if len(models) == 1:
        return models[0]
    return next((model for model in models if _kind(model) == value.get("auth_type")), None)


def _kind(model: type[BaseModel]) -> Any:
    field = model.model_fields.get("auth_type")
    return field.default if field else None
