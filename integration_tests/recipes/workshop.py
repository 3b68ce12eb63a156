"""A fresh folder in which the blocks of a page are run: a copy of the repository, a home of its own, a stand-in."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sage_active_sandbox.sandbox import Sandbox

ROOT: Final = Path(__file__).parents[2]
# What a copy of the repository does not bring: environments, caches, and what earlier runs left behind.
LEFT_OUT: Final = (".venv*", ".demo*", ".git", "*_cache", "__pycache__", "*.egg-info", ".hypothesis", "build", "dist")
# Variables that would make the environment less than fresh.
FOREIGN: Final = ("PYTHON", "VIRTUAL_ENV", "SAGE_ACTIVE_", "MELTANO_", "DAGSTER_", "NO_COLOR", "COLUMNS")
ROWS: Final = 12


@dataclass
class Workshop:
    """Where a recipe runs.

    `installed`: the connectors need not be installed, an environment that has them takes the place of `.venv`.
    `replaced`: what stands in place of texts of the page, such as a folder or the name of a company.
    """

    folder: Path
    sandbox: Sandbox
    installed: bool = False
    replaced: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)

    @property
    def repository(self) -> Path:
        """The copy of the repository; commands begin there."""
        return self.folder / "repository"

    @property
    def home(self) -> Path:
        """The home of the user."""
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        """What the commands inherit: a home of its own, and a PATH with Python, a shell and the usual tools."""
        python = Path(sys.base_prefix, "bin")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return kept | {"HOME": str(self.home), "PATH": ":".join([*self.path, str(python), "/usr/bin", "/bin"])}

    def write(self, name: str, content: Any) -> None:
        """Writes a JSON file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")

    def as_run(self, text: str) -> str:
        """A text of the page with what stands in its place."""
        for old, new in self.replaced.items():
            text = text.replace(old, new)
        return text

    def use_environment(self, path: Path) -> None:
        """Puts an environment that has the connectors where the page installs one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(sys.prefix)


@contextmanager
def workshop(*, installed: bool = False, options: Mapping[str, Any] | None = None) -> Iterator[Workshop]:
    """A fresh one; everything is removed in the end. `options` are those of the stand-in."""
    settings = {"rows": ROWS, "companies_per_market": 1, **(options or {})}
    with TemporaryDirectory(prefix="recipe-") as name, Sandbox(**settings) as sandbox:
        folder = Path(name)
        shutil.copytree(ROOT, folder / "repository", ignore=shutil.ignore_patterns(*LEFT_OUT))
        (folder / "home").mkdir()
        yield Workshop(folder, sandbox, installed)
