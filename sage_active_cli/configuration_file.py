"""The file with the configuration: read, written in one step, readable by its owner only."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sage_active.arguments import json_object, not_a_path, without_nulls
from sage_active.auth.token_store import replace_file
from sage_active.errors import SageActiveError, configuration_error
from sage_active.file_kinds import followed, require_regular
from sage_active.runtime.command_line import is_content


class ConfigurationFile:
    """One file, named by the option `option`. Symbolic links are followed, so that they stay.

    Raises a configuration error for a `path` that is JSON itself.
    """

    def __init__(self, path: str, option: str) -> None:
        if is_content(path):
            raise not_a_path(option)
        self.path = Path(path)
        self._target = followed(path)
        self._option = option
        self._latest: dict[str, Any] = {}

    @property
    def exists(self) -> bool:
        """Whether anything is there."""
        return self.path.exists()

    def content(self) -> dict[str, Any]:
        """Everything that it holds. Raises a configuration error when that is not a JSON object."""
        self._latest = json_object(str(self.path), self._option)
        return self._latest

    def read(self) -> dict[str, Any]:
        """Its content, without members that are null. Raises a configuration error when it is not a JSON object."""
        return without_nulls(self.content())

    def replace_credentials(self, credentials: Mapping[str, Any], members: Mapping[str, Any] | None = None) -> None:
        """Replaces the credentials, and the other `members`; all else stays as it is now, in its order.

        Raises a configuration error that tells why it cannot be written.
        """
        latest = self._latest
        try:
            # Somebody may have changed it meanwhile.
            latest = self.content()
        except SageActiveError:
            # New tokens are more precious than an orderly file: what was read first comes back.
            self._latest = latest
        self.write({**latest, "credentials": dict(credentials), **(members or {})})

    def write(self, config: Mapping[str, Any]) -> None:
        """Replaces the content. Raises a configuration error that tells why it cannot be written."""
        try:
            require_regular(self.path)
            replace_file(self._target, f"{json.dumps(config, indent=2, ensure_ascii=False)}\n".encode())
        except OSError as exception:
            raise self._unusable(exception.strerror) from None

    def check_writable(self) -> None:
        """Raises a configuration error when the file could not be replaced later."""
        folder = self._target.parent
        try:
            require_regular(self.path)
        except OSError as exception:
            raise self._unusable(exception.strerror) from None
        if not folder.is_dir():
            raise self._unusable(f"there is no folder {folder}")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise self._unusable(f"this program may not write to the folder {folder}")

    def check_new(self) -> None:
        """Raises a configuration error when the file exists already, or could not be written."""
        self.check_writable()
        if self._target.exists():
            raise configuration_error(
                f"The file {self.path} exists already.",
                f"Sign in again with --config {self.path} (or --force), which keeps everything but the credentials, "
                f"or name another file with {self._option}.",
            )

    def _unusable(self, reason: str | None) -> SageActiveError:
        return configuration_error(
            f"The file of {self._option}, {self.path}, cannot be written: {reason}.",
            "Name a file in a folder that this program may write to.",
        )
