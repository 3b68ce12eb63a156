"""The lock files fit setup.py, say what every file must hash to, and name no place that packages come from."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[2]
LOCKS: Final = ROOT / "requirements"
NAMES: Final = ("connectors", "tests", "release")
PIN: Final = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")
HASH: Final = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(name: str) -> dict[str, list[str]]:
    """The versions of each package in a lock file: more than one where they depend on the Python."""
    found: dict[str, list[str]] = {}
    for line in (LOCKS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if pin := PIN.match(line):
            found.setdefault(pin["name"], []).append(pin["version"])
    return found


def misfits(requirements: list[str], locked: Mapping[str, list[str]]) -> list[str]:
    """Requirements that a lock does not meet."""
    wanted = [Requirement(text) for text in requirements]
    return [
        str(requirement)
        for requirement in wanted
        if not (versions := locked.get(canonicalize_name(requirement.name), []))
        or not all(version in requirement.specifier for version in versions)
    ]


def test_a_requirement_that_is_not_met_is_found() -> None:
    locked = {"one": ["1.2"], "two": ["1", "3"]}
    assert misfits(["One>=1.3", "two<3", "three", "one<2"], locked) == ["One>=1.3", "two<3", "three"]


def test_the_lock_fits_what_the_connectors_require(setup: Mapping[str, Any]) -> None:
    assert misfits(setup["install_requires"], pins("connectors")) == []
    assert misfits([*setup["install_requires"], *setup["extras_require"]["tests"]], pins("tests")) == []


def test_the_lock_of_the_release_tools_fits() -> None:
    lines = (LOCKS / "release.in").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if not line.startswith("#")]
    assert wanted
    assert misfits(wanted, pins("release")) == []


def test_tests_run_with_what_the_images_have() -> None:
    connectors, tests = pins("connectors"), pins("tests")
    assert {name: tests.get(name) for name in connectors} == connectors


def test_no_tool_for_tests_is_in_the_images(setup: Mapping[str, Any]) -> None:
    tools = {Requirement(text).name for text in setup["extras_require"]["tests"]}
    brought_by_the_framework = {"jsonschema", "pyyaml"}
    assert tools & pins("connectors").keys() == brought_by_the_framework


@pytest.mark.parametrize("name", NAMES)
def test_every_pin_has_hashes_and_there_is_nothing_else(name: str) -> None:
    lines = (LOCKS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    content = [line for line in lines if not line.lstrip().startswith("#")]
    assert content
    for line, following in zip(content, [*content[1:], ""], strict=True):
        assert HASH.match(line) or (PIN.match(line) and HASH.match(following)), line


@pytest.mark.parametrize("name", NAMES)
def test_no_lock_names_a_host_or_a_path(name: str) -> None:
    text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"(^|\s)/\w", text)
    assert "make lock" in text


def test_images_take_from_an_index_only_what_is_locked() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    installs = re.findall(r"pip install ([^\n]*)", text)
    assert [options for options in installs if "--require-hashes" in options]
    assert [options for options in installs if not {"--require-hashes", "--no-index"} & set(options.split())] == []
    builds = re.findall(r"pip wheel ([^\n]*)", text)
    assert builds
    assert all({"--no-deps", "--no-build-isolation"} <= set(options.split()) for options in builds)
