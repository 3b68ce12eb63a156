"""A crontab, and its commands run as cron runs them: by sh, with a short PATH and without a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from integration_tests.recipes.group import run_group

# What Debian's cron gives to a command.
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "recipe"}
TIME_FIELDS: Final = 5


@dataclass(frozen=True)
class Crontab:
    """The variables and the commands of a crontab."""

    variables: Mapping[str, str]
    commands: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Crontab":
        """Reads a crontab. Lines with `=` in the first word set variables, others have five fields and a command."""
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        settings = [line for line in lines if "=" in line.split()[0]]
        return cls(
            variables=dict(line.split("=", 1) for line in settings),
            commands=tuple(line.split(maxsplit=TIME_FIELDS)[TIME_FIELDS] for line in lines if line not in settings),
        )

    def mailed(self, command: str, home: Path, seconds: float) -> str:
        """What cron would mail of a command: everything that it prints."""
        environment = {**ENVIRONMENT, "HOME": str(home), **self.variables}
        with TemporaryFile() as mail:
            run_group(["/bin/sh", "-c", command], folder=home, environment=environment, output=mail, seconds=seconds)
            mail.seek(0)
            return mail.read().decode()
