"""A project of dbt that has the package installed, over the raw tables of a DuckDB file."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from sql.dbt_package.generate import FOLDER as PACKAGE_FOLDER

RAW_SCHEMA: Final = "raw"
MODELS_SCHEMA: Final = "analytics"
# Nothing is sent anywhere.
QUIET: Final = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}

# How a build ends of which the results tell what has failed.
FAILURES: Final = 1
GOOD: Final = ("success", "pass")


@dataclass(frozen=True)
class Results:
    """What dbt says of each model and test that it ran: its name, and how it ended or what went wrong."""

    models: Mapping[str, str]
    tests: Mapping[str, str]

    def problems(self) -> Iterator[str]:
        """Whatever has not succeeded."""
        for name, status in {**self.models, **self.tests}.items():
            if status not in GOOD:
                yield f"{name}: {status}"

    def __str__(self) -> str:
        built, passed = (sum(status in GOOD for status in group.values()) for group in (self.models, self.tests))
        return f"{built} of {len(self.models)} models built, {passed} of {len(self.tests)} tests passed"


class Project:
    """A folder with a project. `variables` are those that its users set, `seeds` tables of theirs, as CSV."""

    def __init__(
        self,
        dbt: Path,
        folder: Path,
        database: Path,
        variables: Mapping[str, Any],
        time_zone: str,
        seeds: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._dbt, self._folder = dbt, folder
        target = {
            "type": "duckdb",
            "path": str(database),
            "schema": MODELS_SCHEMA,
            "threads": 2,
            "settings": {"TimeZone": time_zone},
        }
        project = {
            "name": "warehouse",
            "profile": "warehouse",
            "config-version": 2,
            "flags": {"send_anonymous_usage_stats": False},
            "vars": {"sage_active_schema": RAW_SCHEMA, **variables},
        }
        (folder / "seeds").mkdir(parents=True)
        for name, rows in seeds.items():
            (folder / "seeds" / f"{name}.csv").write_text(rows, encoding="utf-8")
        for name, content in {
            "dbt_project.yml": project,
            "packages.yml": {"packages": [{"local": str(PACKAGE_FOLDER)}]},
            "profiles.yml": {"warehouse": {"target": "here", "outputs": {"here": target}}},
        }.items():
            (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")

    def run(self, *arguments: str) -> None:
        """Run a command of dbt; RuntimeError with what it printed if it is not content, warnings included."""
        outcome = subprocess.run(
            [self._dbt, "--no-use-colors", "--warn-error", *arguments],
            cwd=self._folder,
            env={**os.environ, **QUIET},
            capture_output=True,
            text=True,
            check=False,
        )
        if outcome.returncode and (arguments[0] != "build" or outcome.returncode != FAILURES):
            raise RuntimeError(f"dbt {' '.join(arguments)}:\n{outcome.stdout}\n{outcome.stderr}")

    def results(self) -> Results:
        """How the models and tests of the last build ended."""
        content = self._artifact("run_results.json")
        ended = {
            result["unique_id"]: str(result["status"] if result["status"] in GOOD else result["message"])
            for result in content["results"]
        }
        return Results(
            models={name: status for name, status in ended.items() if name.startswith("model.")},
            tests={name: status for name, status in ended.items() if name.startswith("test.")},
        )

    def documented(self) -> set[str]:
        """The models of which the generated documentation knows the columns."""
        nodes: dict[str, Any] = self._artifact("catalog.json")["nodes"]
        return {name for name, node in nodes.items() if node["columns"]}

    def _artifact(self, name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self._folder / "target" / name).read_text(encoding="utf-8"))
        return content
