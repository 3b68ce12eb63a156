"""The files that a command's options name."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sage_active.errors import SageActiveError, configuration_error
from sage_active.file_kinds import require_readable_once
from sage_active.runtime.command_line import is_content

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
    if is_content(path):
        raise not_a_path(option)
    try:
        require_readable_once(path)
        # Some editors put a byte order mark before everything.
        return decode(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise configuration_error(
            f"The file of {option}, {path}, cannot be read: {error.strerror}.",
            "Name a file that this program may read.",
        ) from None
    except (ValueError, RecursionError) as error:
        raise configuration_error(f"The file of {option}, {path}, is not JSON: {error}.", "Fix the file.") from None


def not_a_path(option: str) -> SageActiveError:
    """Somebody passed what the file should hold. Nothing of it is quoted: it may hold keys."""
    return configuration_error(
        f"The argument of {option} is JSON itself; a path is expected.",
        "Write it into a file and pass the path of the file, or /dev/stdin.",
    )


def json_object(path: str, option: str) -> dict[str, Any]:
    """The same, for a file that must hold an object."""
    content = json_file(path, option)
    if not isinstance(content, dict):
        raise configuration_error(f"The file of {option}, {path}, is not a JSON object.", "See the documentation.")
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
