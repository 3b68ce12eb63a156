"""The recipe of the contributing page, followed to the letter in a copy of the packages."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from sage_active_sandbox.sandbox import Sandbox

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("sage_active", "source_sage_active")
# The module of the subject, to whose end the page tells to put the declaration.
SUBJECT: Final = "bank.py"
END: Final = "\n)\n"


def recipe() -> str:
    """The code block of the section."""
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    section = page.partition("\n## How to add an object\n")[2].partition("\n## ")[0]
    (block,) = re.findall(r"^```\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages with the recipe applied."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    module = tmp_path / "sage_active" / "resources" / SUBJECT
    text = module.read_text(encoding="utf-8")
    assert text.endswith(END)
    module.write_text(text.removesuffix(")\n") + recipe() + ")\n", encoding="utf-8")
    return tmp_path


def messages(copy: Path, *arguments: str) -> list[dict[str, Any]]:
    """What a command of the copy prints."""
    done = subprocess.run(
        [sys.executable, "-m", "source_sage_active.run", *arguments],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_the_recipe_of_the_contributing_page_works(copy: Path) -> None:
    with Sandbox(rows=5, companies_per_market=1) as sandbox:
        (copy / "config.json").write_text(json.dumps(sandbox.configuration("direct", "de")), encoding="utf-8")
        (catalog,) = [
            message for message in messages(copy, "discover", "--config", "config.json") if "catalog" in message
        ]
        (stream,) = [stream for stream in catalog["catalog"]["streams"] if stream["name"] == "banking_rules"]
        assert "incremental" in stream["supported_sync_modes"]
        configured = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
        (copy / "catalog.json").write_text(json.dumps({"streams": [configured]}), encoding="utf-8")
        found = messages(copy, "read", "--config", "config.json", "--catalog", "catalog.json")
    rows = [message["record"]["data"] for message in found if message["type"] == "RECORD"]
    assert rows
    assert all(row["name"] and row["company_id"] for row in rows)
