"""The files that a command's options name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sage_active.errors import configuration_error


def json_file(path: str, option: str) -> Any:
    """The content of a file that the user named. Raises a configuration error that says what is wrong with it."""
    try:
        # Some editors put a byte order mark before everything.
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
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
