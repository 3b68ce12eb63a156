"""The file with the configuration: read, written in one step, readable by its owner only."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sage_active.arguments import json_object, without_nulls
from sage_active.errors import SageActiveError, configuration_error
from sage_active.token_file import replace_file


class ConfigurationFile:
    """One file, named by the option `option`. Symbolic links are followed, so that they stay."""

    def __init__(self, path: str, option: str) -> None:
        self.path = Path(path)
        self._target = self.path.resolve()
        self._option = option

    def read(self) -> dict[str, Any]:
        """Its content, without members that are null. Raises a configuration error when it is no JSON object."""
        return without_nulls(json_object(str(self._target), self._option))

    def write(self, config: Mapping[str, Any]) -> None:
        """Replaces the content. Raises a configuration error that tells why it cannot be written."""
        try:
            replace_file(self._target, f"{json.dumps(config, indent=2, ensure_ascii=False)}\n".encode())
        except OSError as exception:
            raise self._unusable(exception.strerror) from None

    def check_writable(self) -> None:
        """Raises a configuration error when the file could not be replaced later."""
        folder = self._target.parent
        if not folder.is_dir():
            raise self._unusable(f"there is no folder {folder}")
        if self._target.is_dir():
            raise self._unusable("it is a folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise self._unusable(f"this program may not write to the folder {folder}")

    def check_new(self, *, force: bool) -> None:
        """Raises a configuration error when the file exists already, unless `force`, or could not be written."""
        if self._target.exists() and not force:
            raise configuration_error(
                f"The file {self.path} exists already.",
                f"Name another one with {self._option}, or replace it with --force.",
            )
        self.check_writable()

    def _unusable(self, reason: str | None) -> SageActiveError:
        return configuration_error(
            f"The file of {self._option}, {self.path}, cannot be written: {reason}.",
            "Name a file in a folder that this program may write to.",
        )
