"""The files that a command's options name."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sage_active.errors import configuration_error

Content = TypeVar("Content")


def json_file(path: str, option: str) -> Any:
    """The content of a file that the user named. Raises a configuration error that says what is wrong with it."""
    return _content(path, option, json.loads)


def json_values(path: str, option: str) -> list[Any]:
    """The same, for a file that holds one value or one on each line."""

    def values(text: str) -> list[Any]:
        try:
            return [json.loads(text)]
        except ValueError:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2:
                raise
            return [json.loads(line) for line in lines]

    return _content(path, option, values)


def _content(path: str, option: str, decode: Callable[[str], Content]) -> Content:
    try:
        # Some editors put a byte order mark before everything.
        return decode(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise configuration_error(
            f"The file of {option}, {path}, cannot be read: {error.strerror}.",
            "Name a file that this program may read.",
        ) from None
    except (ValueError, RecursionError) as error:
        raise configuration_error(f"The file of {option}, {path}, is not JSON: {error}.", "Mend the file.") from None


def json_object(path: str, option: str) -> dict[str, Any]:
    """The same, for a file that must hold an object."""
    content = json_file(path, option)
    if not isinstance(content, dict):
        raise configuration_error(f"The file of {option}, {path}, is no JSON object.", "See the documentation.")
    return content


def is_blank(value: Any) -> bool:
    """Whether a value is text without anything in it."""
    return isinstance(value, str) and not value.strip()


def without_nulls(value: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration without members that are null or blank, which mean the same as absent ones."""
    return {
        key: without_nulls(inner) if isinstance(inner, Mapping) else inner
        for key, inner in value.items()
        if inner is not None and not is_blank(inner)
    }
