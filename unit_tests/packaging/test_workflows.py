"""What the hosting site and pre-commit read is valid, and calls what exists: make targets, tools of the environment."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
TARGET = re.compile(r"^([A-Za-z.$()/_-]+):(?!=)", re.MULTILINE)
ELEMENTS = {"checkboxes", "dropdown", "input", "markdown", "textarea"}


def content(path: Path) -> dict[str, Any]:
    """A file in YAML."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """All steps of a workflow."""
    for job in content(path)["jobs"].values():
        assert job["timeout-minutes"]
        yield from job["steps"]


def makefile_targets() -> set[str]:
    """What `make` can be asked for."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(VENV)", ".venv")
    return set(TARGET.findall(text))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_make_and_only_targets_that_exist(path: Path) -> None:
    commands = [step["run"].removeprefix("sudo ").split() for step in steps(path) if "run" in step]
    assert commands
    assert {command[0] for command in commands} == {"make"}
    assert {target for command in commands for target in command[1:]} <= makefile_targets()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_may_only_read(path: Path) -> None:
    assert content(path)["permissions"] == {"contents": "read"}


def test_what_must_stay_in_order_is_run_somewhere() -> None:
    commands = {step["run"].removeprefix("sudo ") for path in WORKFLOWS for step in steps(path) if "run" in step}
    assert {"make test", "make pythons", "make lowest", "make image-test", "make image-compare"} <= commands


def test_the_canary_runs_once_a_week() -> None:
    weekly = content(ROOT / ".github" / "workflows" / "weekly.yml")
    # YAML reads the bare word `on` as true.
    (schedule,) = weekly[True]["schedule"]  # type: ignore[index]
    assert len(schedule["cron"].split()) == 5
    assert schedule["cron"].split()[4] != "*"
    assert {"run": "make canary"} in weekly["jobs"]["canary"]["steps"]


@pytest.mark.parametrize("path", [path for path in FORMS if path.stem != "config"], ids=lambda path: path.stem)
def test_forms_ask_for_something(path: Path) -> None:
    form = content(path)
    assert {"name", "description", "body"} <= form.keys()
    assert {element["type"] for element in form["body"]} <= ELEMENTS
    ids = [element["id"] for element in form["body"] if element["type"] != "markdown"]
    assert len(ids) == len(set(ids))
    assert any(element.get("validations", {}).get("required") for element in form["body"])


def test_hooks_call_tools_of_the_environment() -> None:
    (repository,) = content(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(BIN)", ".venv/bin")
    for hook in repository["hooks"]:
        tool = hook["entry"].split()[0]
        assert tool.startswith(".venv/bin/")
        assert f"\t{tool} " in lint
